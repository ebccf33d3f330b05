using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Searches over all types, or several.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/search.html#all</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class SystemSearchTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Patient","id":"sy-p","meta":{"profile":["http://p/one"],"source":"http://s/1","tag":[{"system":"http://t","code":"system"},{"code":"extra"}]},"identifier":[{"value":"sy-1"}],"birthDate":"1960-01-01"}""",
        """{"resourceType":"Practitioner","id":"sy-d","meta":{"profile":["http://p/two|2.0"],"tag":[{"system":"http://t","code":"system"}]},"identifier":[{"value":"sy-1"}],"name":[{"family":"Sy"}]}""",
        """{"resourceType":"Binary","id":"sy-b","meta":{"tag":[{"system":"http://t","code":"system"}],"security":[{"code":"R"}]},"contentType":"text/plain"}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("?_tag=http://t|system", "sy-b sy-d sy-p")]
    [InlineData("?_tag=http://t|system&_tag:not=extra", "sy-b sy-d")]
    [InlineData("?_tag=http://t|system&_security=R", "sy-b")]
    [InlineData("?_tag=http://t|system&_security:missing=true", "sy-d sy-p")]
    [InlineData("?_tag=http://t|system&_profile=http://p/one,http://p/two", "sy-d sy-p")]
    [InlineData("?_tag=http://t|system&_profile:below=http://p", "sy-d sy-p")]
    [InlineData("?_tag=http://t|system&_source=http://s/1", "sy-p")]
    [InlineData("?_tag=http://t|system&_type=Patient,Practitioner", "sy-d sy-p")]
    [InlineData("?_tag=http://t|system&_type=Patient,Practitioner&_type=Patient", "sy-p")]
    [InlineData("?_type=Patient,Practitioner&identifier=sy-1", "sy-d sy-p")]
    [InlineData("?_type=Patient,Practitioner&identifier=sy-1&name:missing=true", "sy-p")]
    [InlineData("?_type=Patient,Practitioner&name=sy", "sy-d")]
    [InlineData("?_type=Patient&birthdate=1960&_tag=extra", "sy-p")]
    [InlineData("?_filter=_tag eq http://t|system and not(_security pr true)", "sy-d sy-p")]
    [InlineData("?_id=sy-p,sy-b", "sy-b sy-p")]
    public async Task What_types_have_in_common_is_searched_by_over_all_of_them(string query, string expected) => Assert.Equal(expected, await fixture.FindAsync(query));

    [Theory]
    [InlineData("?name=x", "_type")]
    [InlineData("?_type=Patient,Practitioner&birthdate=1960", "Practitioner")]
    [InlineData("?_type=Patient,Medicine", "Medicine")]
    public void What_they_do_not_have_in_common_is_refused(string query, string named) =>
        Assert.Contains(named, Assert.Throws<FhirException>(() => fixture.Bind(query)).Issues[0].Diagnostics, StringComparison.Ordinal);
}
