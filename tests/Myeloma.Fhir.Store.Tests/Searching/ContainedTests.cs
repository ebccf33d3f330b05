using System.Text;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#contained</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class ContainedTests(ResourceFixture fixture) : IAsyncLifetime
{
    private const string Held = """{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:held","code":"one"}]},"manufacturer":{"reference":"#o"}}""";

    private const string Holder =
        $$$"""{"resourceType":"MedicationRequest","id":"held-1","status":"active","intent":"order","contained":[{{{Held}}},{"resourceType":"Organization","id":"o","name":"Heldmaker"}],"medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/held-p"}}""";

    private static readonly string[] Resources =
    [
        """{"resourceType":"Patient","id":"held-p","active":true}""",
        """{"resourceType":"Medication","id":"held-free","code":{"coding":[{"system":"urn:held","code":"one"}]},"status":"active"}""",
        Holder,
        """{"resourceType":"MedicationRequest","id":"held-2","status":"active","intent":"order","contained":[{"resourceType":"Medication","id":"a","code":{"coding":[{"system":"urn:held","code":"one"}]}},{"resourceType":"Medication","id":"b","code":{"coding":[{"system":"urn:held","code":"two"}]},"ingredient":[{"itemReference":{"reference":"#a"}}]}],"medicationReference":{"reference":"#b"},"subject":{"reference":"Patient/held-p"}}""",
        """{"resourceType":"MedicationRequest","id":"held-3","status":"active","intent":"order","medicationReference":{"reference":"Medication/held-free"},"subject":{"reference":"Patient/held-p"}}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Medication?code=urn:held|one", "Medication/held-free")]
    [InlineData("Medication?code=urn:held|one&_contained=false&_containedType=contained", "Medication/held-free")]
    [InlineData("Medication?code=urn:held|one&_contained=true", "MedicationRequest/held-1 MedicationRequest/held-2")]
    [InlineData("Medication?code=urn:held|one&_contained=both", "Medication/held-free MedicationRequest/held-1 MedicationRequest/held-2")]
    [InlineData("Medication?code=urn:held|one,urn:held|two&_contained=true", "MedicationRequest/held-1 MedicationRequest/held-2")]
    [InlineData("Medication?code=urn:held|one&_contained=true&_containedType=contained", "Medication/MedicationRequest/held-1#m Medication/MedicationRequest/held-2#a")]
    [InlineData("Medication?code=urn:held|one,urn:held|two&_contained=true&_containedType=contained", "Medication/MedicationRequest/held-1#m Medication/MedicationRequest/held-2#a Medication/MedicationRequest/held-2#b")]
    [InlineData("Medication?code=urn:held|one&code=urn:held|two&_contained=true", "")]
    [InlineData("Medication?code:missing=false&status:missing=false&code=urn:held|one&_contained=both", "Medication/held-free")]
    [InlineData("Medication?manufacturer.name=heldmaker&_contained=true&_containedType=contained", "Medication/MedicationRequest/held-1#m")]
    [InlineData("Medication?ingredient.code=one&_contained=both", "MedicationRequest/held-2")]
    [InlineData("MedicationRequest?medication.code=urn:held|one", "MedicationRequest/held-3")]
    [InlineData("MedicationRequest?medication.code=urn:held|one&_contained=both", "MedicationRequest/held-1 MedicationRequest/held-3")]
    [InlineData("MedicationRequest?medication.code=urn:held|one&_contained=true", "")]
    [InlineData("Medication?_has:MedicationRequest:medication:patient=held-p&_contained=both&_containedType=contained", "Medication/MedicationRequest/held-1#m Medication/MedicationRequest/held-2#b Medication/held-free")]
    [InlineData("Organization?name=Heldmaker&_contained=true", "MedicationRequest/held-1")]
    [InlineData("?_type=Organization,Medication&_content=heldmaker&_contained=true&_containedType=contained", "Organization/MedicationRequest/held-1#o")]
    public async Task What_is_contained_is_found_where_it_is_asked_for(string query, string expected) => Assert.Equal(expected, await KeysAsync(query));

    [Fact]
    public async Task Contained_resources_stand_in_the_answer_with_their_own_bytes_and_the_time_of_their_container()
    {
        var page = await fixture.Store.SearchAsync(fixture.Bind("Medication?manufacturer.name=heldmaker&_contained=true&_containedType=contained&_total=accurate"), default);
        var container = Assert.Single((await fixture.Store.SearchAsync(fixture.Bind("MedicationRequest?_id=held-1"), default)).Matches);

        var match = Assert.Single(page.Matches);
        Assert.Equal(Held, Encoding.UTF8.GetString(match.Body.Span));
        Assert.Equal((container.VersionId, container.LastUpdated), (match.VersionId, match.LastUpdated));
        Assert.Equal(1, page.Total);
    }

    [Theory]
    [InlineData("Medication?code=urn:held|two&_contained=true&_include:iterate=MedicationRequest:patient", "Patient/held-p")]
    [InlineData("Medication?code=urn:held|two&_contained=true&_containedType=contained&_revinclude=MedicationRequest:medication", "MedicationRequest/held-2")]
    [InlineData("MedicationRequest?_id=held-2&_contained=both&_include=MedicationRequest:medication", "")]
    public async Task Containers_come_along_and_what_they_refer_to(string query, string expected) =>
        Assert.Equal(expected, string.Join(' ', (await fixture.Store.SearchAsync(fixture.Bind(query), default)).Includes.Select(version => version.Key.ToString())));

    [Fact]
    public async Task Pages_lead_through_all_containers_once_and_back()
    {
        const string Query = "Medication?code=urn:held|one,urn:held|two&_contained=both&_count=1";
        var first = await fixture.Store.SearchAsync(fixture.Bind(Query), default);
        List<string> keys = [first.Matches[0].Key.ToString()];
        var page = first;
        while (page.NextCursor is { } next)
        {
            page = await fixture.Store.SearchAsync(fixture.Bind(Query) with { Cursor = next }, default);
            keys.Add(Assert.Single(page.Matches).Key.ToString());
        }

        Assert.Equal(["Medication/held-free", "MedicationRequest/held-1", "MedicationRequest/held-2"], keys.Order(StringComparer.Ordinal));
        var before = await fixture.Store.SearchAsync(fixture.Bind(Query) with { Cursor = page.PreviousCursor }, default);
        Assert.Equal(keys[1], Assert.Single(before.Matches).Key.ToString());
        Assert.Equal(3, first.Total);
    }

    [Fact]
    public async Task Only_what_the_current_version_contains_is_found()
    {
        string Version(string name) =>
            $$$"""{"resourceType":"Basic","id":"held-b","contained":[{"resourceType":"Organization","id":"o","name":"{{{name}}}"}],"code":{"text":"x"},"author":{"reference":"#o"}}""";

        await fixture.PutAsync(Version("Firstheld"), Version("Secondheld"));
        Assert.Equal("", await KeysAsync("Organization?name=Firstheld&_contained=both"));
        Assert.Equal("Basic/held-b", await KeysAsync("Organization?name=Secondheld&_contained=both"));

        await fixture.Store.ReindexBatchAsync("Basic", 0, follows: false, default);
        Assert.Equal("Basic/held-b", await KeysAsync("Organization?name=Secondheld&_contained=both"));
        Assert.Equal("Basic/held-b", await KeysAsync("Basic?author.name=Secondheld&_contained=both"));

        await fixture.Store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Basic", "held-b"))], default);
        Assert.Equal("", await KeysAsync("Organization?name=Secondheld&_contained=both"));
    }

    [Theory]
    [InlineData("_contained=maybe")]
    [InlineData("_containedType=both")]
    [InlineData("_contained=true&_contained=both")]
    public void Other_words_are_refused(string query) =>
        Assert.Equal(IssueType.Value, Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind($"Medication?{query}")).Issues).Type);

    private async Task<string> KeysAsync(string query) => string.Join(
        ' ', (await fixture.Store.SearchAsync(fixture.Bind(query), default)).Matches.Select(version => version.Key.ToString()).Order(StringComparer.Ordinal));
}
