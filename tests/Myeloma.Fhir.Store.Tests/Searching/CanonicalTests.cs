using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class CanonicalTests(ResourceFixture fixture)
{
    /// <summary>The same pairs as validation orders its definitions by.</summary>
    [Theory]
    [InlineData("1.2.0", "1.10.0")]
    [InlineData("1.2", "1.2.1")]
    [InlineData("1.0-rc", "1.0.1")]
    [InlineData("1.9.0", "1.10.0-rc1")]
    [InlineData("2.0.0-ballot", "2.0.0")]
    [InlineData("2.0.0-ballot2", "2.0.0-draft")]
    [InlineData("2.0.0-1", "2.0.0-ballot")]
    [InlineData("2.0.0-2", "2.0.0-10")]
    [InlineData("2020-09", "2021-01")]
    [InlineData("20200901", "20210101")]
    [InlineData("1", "draft")]
    [InlineData("007", "8")]
    public async Task Versions_are_ordered_by_number_and_label(string lower, string higher)
    {
        await using var command = fixture.Inner.DataSource.CreateCommand("SELECT version_key($1) COLLATE \"C\" < version_key($2), version_key($2) COLLATE \"C\" < version_key($1), version_key($1) = version_key($1 || '+5')");
        command.Parameters.AddWithValue(lower);
        command.Parameters.AddWithValue(higher);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Equal((true, false, true), (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2)));
    }

    [Fact]
    public async Task A_canonical_leads_to_the_version_it_names_else_to_the_highest_active_one_else_to_one_that_is_not_retired()
    {
        static string Library(string id, string url, string version, string status) =>
            $$"""{"resourceType":"Library","id":"{{id}}","url":"{{url}}","version":"{{version}}","status":"{{status}}","type":{"text":"logic"} }""";
        static string Plan(string id, string canonical) => $$"""{"resourceType":"PlanDefinition","id":"{{id}}","status":"active","library":["{{canonical}}"]}""";
        await fixture.PutAsync(
            Library("ca-1", "http://x/ca", "1.2.0", "active"), Library("ca-2", "http://x/ca", "1.10.0", "active"), Library("ca-3", "http://x/ca", "2.0.0", "retired"), Library("ca-4", "http://x/ca", "1.11.0", "draft"),
            Library("ca-old-1", "http://x/ca-old", "1.0", "retired"), Library("ca-old-2", "http://x/ca-old", "1.1", "retired"), Library("ca-new-1", "http://x/ca-new", "0.9", "unknown"), Library("ca-new-2", "http://x/ca-new", "1.0", "draft"), Library("ca-new-3", "http://x/ca-new", "1.1", "retired"),
            Plan("ca-open", "http://x/ca"), Plan("ca-exact", "http://x/ca|1.2.0"), Plan("ca-gone", "http://x/ca|2.0.0"), Plan("ca-never", "http://x/ca|3"), Plan("ca-old", "http://x/ca-old"), Plan("ca-new", "http://x/ca-new"));

        async Task<string> IncludedAsync(string query) =>
            string.Join(' ', (await fixture.Store.SearchAsync(fixture.Bind(query), default)).Includes.Select(version => version.Key.Id).Order(StringComparer.Ordinal));
        Assert.Equal("ca-2", await IncludedAsync("PlanDefinition?_id=ca-open&_include=PlanDefinition:depends-on"));
        Assert.Equal("ca-1", await IncludedAsync("PlanDefinition?_id=ca-exact&_include=PlanDefinition:depends-on"));
        Assert.Equal("ca-3", await IncludedAsync("PlanDefinition?_id=ca-gone&_include=PlanDefinition:*"));
        Assert.Equal("", await IncludedAsync("PlanDefinition?_id=ca-never&_include=PlanDefinition:depends-on"));
        Assert.Equal("ca-old-2", await IncludedAsync("PlanDefinition?_id=ca-old&_include=PlanDefinition:depends-on"));
        Assert.Equal("ca-new-2", await IncludedAsync("PlanDefinition?_id=ca-new&_include=PlanDefinition:depends-on"));
        Assert.Equal("", await IncludedAsync("Library?_id=ca-4&_revinclude=PlanDefinition:depends-on"));
        Assert.Equal("ca-open", await IncludedAsync("Library?_id=ca-2&_revinclude=PlanDefinition:depends-on"));
        Assert.Equal("ca-gone", await IncludedAsync("Library?_id=ca-3&_revinclude=PlanDefinition:depends-on"));
        Assert.Equal("ca-open", await fixture.FindAsync("PlanDefinition?depends-on:Library.version=1.10.0"));
        Assert.Equal("ca-2", await fixture.FindAsync("Library?_has:PlanDefinition:depends-on:_id=ca-open"));
    }

    [Fact]
    public async Task References_and_urls_are_found_by_version_and_by_the_beginning_of_one()
    {
        await fixture.PutAsync(
            """{"resourceType":"ValueSet","id":"cv-1","url":"http://x/cv","version":"1.2.0","status":"active"}""",
            """{"resourceType":"ValueSet","id":"cv-2","url":"http://x/cv","version":"1.20.0","status":"active"}""",
            """{"resourceType":"ValueSet","id":"cv-3","url":"http://x/cv/more","version":"2","status":"active"}""",
            """{"resourceType":"PlanDefinition","id":"cv-p1","status":"active","library":["http://x/cv|1.2.0"]}""",
            """{"resourceType":"PlanDefinition","id":"cv-p2","status":"active","library":["http://x/cv|1.20.0"]}""",
            """{"resourceType":"PlanDefinition","id":"cv-p3","status":"active","library":["http://x/cv"]}""");

        Assert.Equal("cv-1", await fixture.FindAsync("ValueSet?url=http://x/cv|1.2.0"));
        Assert.Equal("cv-1 cv-2", await fixture.FindAsync("ValueSet?url=http://x/cv"));
        Assert.Equal("cv-1 cv-2", await fixture.FindAsync("ValueSet?url=http://x/cv|1.2.0,http://x/cv|1.20.0"));
        Assert.Equal("cv-1 cv-2", await fixture.FindAsync("ValueSet?url:below=http://x/cv|1"));
        Assert.Equal("cv-1", await fixture.FindAsync("ValueSet?url:below=http://x/cv|1.2"));
        Assert.Equal("cv-1 cv-2 cv-3", await fixture.FindAsync("ValueSet?url:below=http://x/cv"));
        Assert.Equal("cv-p1", await fixture.FindAsync("PlanDefinition?depends-on=http://x/cv|1.2.0"));
        Assert.Equal("cv-p1 cv-p2 cv-p3", await fixture.FindAsync("PlanDefinition?depends-on=http://x/cv"));
        Assert.Equal("cv-p1", await fixture.FindAsync("PlanDefinition?depends-on:below=http://x/cv|1.2"));
        Assert.Equal("cv-p1 cv-p2", await fixture.FindAsync("PlanDefinition?depends-on:below=http://x/cv|1"));
        Assert.Equal("cv-p2 cv-p3", await fixture.FindAsync("PlanDefinition?_id=cv-p1,cv-p2,cv-p3&depends-on:not=http://x/cv|1.2.0"));
    }
}
