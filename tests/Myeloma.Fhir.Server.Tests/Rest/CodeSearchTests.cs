using System.Globalization;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>Searches by value sets and hierarchies, from what is stored or defined by R4 to the resources found.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#modifiers</remarks>
[Trait("Category", "Postgres")]
public sealed class CodeSearchTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string System = "http://example.org/fhir/CodeSystem/animals";

    private static readonly (string, string) Strict = ("Prefer", "handling=strict");

    /// <summary>A bat stands under two parents.</summary>
    private const string Animals = $$"""
        {"resourceType":"CodeSystem","id":"animals","url":"{{System}}","version":"1","status":"active","content":"complete","hierarchyMeaning":"is-a",
         "property":[{"code":"parent","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"}],
         "concept":[
           {"code":"animal","concept":[
             {"code":"mammal","concept":[{"code":"dog"},{"code":"bat","property":[{"code":"parent","valueCode":"flier"}]}]},
             {"code":"flier","concept":[{"code":"bird"}]}]},
           {"code":"stone"}]}
        """;

    public async Task InitializeAsync()
    {
        if ((await server.GetAsync("/CodeSystem/animals")).Status == 200) return;
        await server.PutAsync(Animals);
        await server.PutAsync("""{"resourceType":"Patient","id":"cs-male","meta":{"tag":[{"code":"animals"}]},"gender":"male"}""");
        await server.PutAsync(ValueSet("pets", $$"""{"include":[{"system":"{{System}}","concept":[{"code":"dog"},{"code":"bird"}]}]}"""));
        await server.PutAsync(ValueSet("not-fliers", $$"""
            {"include":[{"system":"{{System}}","filter":[{"property":"concept","op":"descendent-of","value":"animal"}]}],"exclude":[{"system":"{{System}}","filter":[{"property":"concept","op":"is-a","value":"flier"}]}]}
            """));
        await server.PutAsync(ValueSet("units-and-pets", """{"include":[{"system":"http://unitsofmeasure.org"},{"valueSet":["http://example.org/fhir/ValueSet/pets"]}]}"""));
        await server.PutAsync(ValueSet("unknown-system", """{"include":[{"system":"http://example.org/none","filter":[{"property":"concept","op":"is-a","value":"x"}]}]}"""));
        foreach (var code in (string[])["dog", "bat", "bird", "stone", "mammal"]) await server.PutAsync(Observation(code, $$"""{"system":"{{System}}","code":"{{code}}"}"""));
        await server.PutAsync(Observation("pair", $$"""{"system":"{{System}}","code":"stone"},{"system":"{{System}}","code":"dog"}"""));
        await server.PutAsync(Observation("unit", """{"system":"http://unitsofmeasure.org","code":"mg"}"""));
        await server.PutAsync("""{"resourceType":"Observation","id":"cs-none","status":"final","meta":{"tag":[{"code":"animals"}]},"code":{"text":"dog"},"subject":{"reference":"Patient/cs-male"}}""");
        await server.PutAsync($$"""{"resourceType":"Group","id":"cs-group","meta":{"tag":[{"code":"animals"}]},"type":"animal","actual":true,"characteristic":[{"code":{"coding":[{"system":"{{System}}","code":"bat"}]},"valueCodeableConcept":{"coding":[{"system":"{{System}}","code":"stone"}]},"exclude":false}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("code:in=http://example.org/fhir/ValueSet/pets", "bird dog pair")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/pets|1", "bird dog pair")]
    [InlineData("code:in=ValueSet/cs-pets", "bird dog pair")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/not-fliers", "dog mammal pair")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/not-fliers,ValueSet/cs-pets", "bird dog mammal pair")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/not-fliers&code:in=ValueSet/cs-pets", "dog pair")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/units-and-pets", "bird dog pair unit")]
    [InlineData("code:not-in=ValueSet/cs-pets", "bat mammal none stone unit")]
    [InlineData("code:not-in=ValueSet/cs-pets&code:missing=false", "bat mammal none stone unit")]
    [InlineData("code:not-in=ValueSet/cs-pets&code:text=dog", "none")]
    [InlineData("code:not-in=ValueSet/cs-pets&code:not=http://unitsofmeasure.org|mg", "bat mammal none stone")]
    [InlineData("code:below=" + System + "|mammal", "bat dog mammal pair")]
    [InlineData("code:below=" + System + "|flier", "bat bird")]
    [InlineData("code:below=" + System + "|dog," + System + "|bird", "bird dog pair")]
    [InlineData("code:above=" + System + "|bat", "bat mammal")]
    [InlineData("code:above=" + System + "|mammal", "mammal")]
    [InlineData("status:in=http://hl7.org/fhir/ValueSet/observation-status", "bat bird dog mammal none pair stone unit")]
    [InlineData("subject:Patient.gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "none")]
    [InlineData("_filter=code in ValueSet/cs-pets", "bird dog pair")]
    [InlineData("_filter=code ni ValueSet/cs-pets", "bat mammal none stone unit")]
    [InlineData("_filter=code ss " + System + "|mammal", "bat dog mammal pair")]
    [InlineData("_filter=code sb " + System + "|bat", "bat mammal")]
    [InlineData("_filter=not (code ss " + System + "|animal) and code in http://example.org/fhir/ValueSet/units-and-pets", "unit")]
    [InlineData("_filter=code ss " + System + "|flier or code eq stone", "bat bird pair stone")]
    public async Task Observations_are_found_by_their_codes(string query, string expected) => Assert.Equal(expected, await FindAsync("Observation", query));

    [Theory]
    [InlineData("Patient", "gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "male")]
    [InlineData("Patient", "_has:Observation:patient:code:not-in=ValueSet/cs-pets", "male")]
    [InlineData("Patient", "_has:Observation:patient:code:in=ValueSet/cs-pets", "")]
    [InlineData("Group", "_filter=characteristic[code ss " + System + "|flier].value in http://example.org/fhir/ValueSet/pets", "")]
    [InlineData("Group", "_filter=characteristic[code ss " + System + "|flier].value eq stone", "group")]
    [InlineData("", "_type=Group,Patient&_tag:not-in=ValueSet/cs-pets", "group male")]
    [InlineData("", "_tag:in=ValueSet/cs-pets", "")]
    public async Task Others_are_found_by_reference_element_and_type(string type, string query, string expected) => Assert.Equal(expected, await FindAsync(type, query));

    [Fact]
    public async Task A_value_set_of_this_server_is_named_by_its_url_here() =>
        Assert.Equal("bird dog pair", await FindAsync("Observation", $"code:in={server.BaseUrl}/ValueSet/cs-pets"));

    [Theory]
    [InlineData("code:in=http://example.org/fhir/ValueSet/none", "error value http.code:in: The value set 'http://example.org/fhir/ValueSet/none' is not known here; name one that is stored on this server or defined by R4, by its canonical url or as ValueSet/id.")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/pets|9", "error value http.code:in: The value set 'http://example.org/fhir/ValueSet/pets' is not known here in version '9'; name another version, or none for the latest.")]
    [InlineData("code:not-in=ValueSet/none", "error value http.code:not-in: ValueSet/none is not on this server.")]
    [InlineData("code:in=pets", "error value http.code:in: 'pets' is no value for search parameter 'code:in': expected the canonical url of a value set, url|version, or ValueSet/id.")]
    [InlineData("code:in=http://example.org/fhir/ValueSet/unknown-system", "error not-supported http.code:in: The codes of the value set 'http://example.org/fhir/ValueSet/unknown-system' can't be listed, so that nothing can be searched by them: A definition for CodeSystem 'http://example.org/none' could not be found, so the value set cannot be expanded")]
    [InlineData("code:below=dog", "error value http.code:below: 'dog' is no value for search parameter 'code:below': expected system|code: what a code subsumes, and what subsumes it, is said by its code system.")]
    [InlineData("code:below=http://snomed.info/sct|1", "error value http.code:below: The concepts of the code system 'http://snomed.info/sct' are not known here, so that nothing is known of what subsumes what in it; store it as a CodeSystem with its concepts.")]
    [InlineData("code:above=" + System + "|cat", "error value http.code:above: The code system '" + System + "' has no code 'cat' here.")]
    [InlineData("subject:Patient.gender:in=http://example.org/none", "error value http.subject:Patient.gender:in: The value set 'http://example.org/none' is not known here; name one that is stored on this server or defined by R4, by its canonical url or as ValueSet/id.")]
    [InlineData("_filter=code in http://example.org/none", "error value http._filter: The value set 'http://example.org/none' is not known here; name one that is stored on this server or defined by R4, by its canonical url or as ValueSet/id.")]
    [InlineData("date:in=http://example.org/none", "error not-supported http.date:in: The modifier ':in' is not supported for search parameter 'date' of type date.")]
    public async Task What_can_not_be_searched_by_is_told(string query, string expected)
    {
        var answer = await server.GetAsync($"/Observation?{query.Replace("|", "%7C", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal)}", Strict);

        Assert.Equal((400, expected), (answer.Status, string.Join('\n', answer.Issues)));
    }

    [Fact]
    public async Task A_large_set_counts_as_it_is_at_the_moment_on_every_server()
    {
        var other = await server.AnotherAsync();
        try
        {
            await PutLargeAsync(5_000);
            await server.PutAsync("""{"resourceType":"Observation","id":"large-4999","status":"final","code":{"coding":[{"system":"http://example.org/large","code":"c4999"}]}}""");
            await server.PutAsync("""{"resourceType":"Observation","id":"large-5000","status":"final","code":{"coding":[{"system":"http://example.org/large","code":"c5000"}]}}""");
            const string Query = "/Observation?_sort=_id&code:in=http://example.org/fhir/ValueSet/large";

            Assert.Equal(["large-4999"], (await server.GetAsync(Query)).Matches);
            Assert.Equal(["large-4999"], (await other.GetAsync(Query)).Matches);
            await PutLargeAsync(5_001);
            Assert.Equal(["large-4999", "large-5000"], (await other.GetAsync(Query)).Matches);
            Assert.Equal(["large-4999", "large-5000"], (await server.GetAsync(Query)).Matches);
            await PutLargeAsync(4_999);
            Assert.Equal([], (await server.GetAsync(Query)).Matches);
            Assert.Equal([], (await other.GetAsync(Query)).Matches);
            Assert.Equal(204, (await server.SendAsync("DELETE", "/ValueSet/cs-large")).Status);
            Assert.Equal(400, (await other.GetAsync(Query)).Status);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_conditional_write_and_the_reads_of_a_transaction_are_found_by_codes()
    {
        await server.PutAsync($$"""{"resourceType":"CodeSystem","id":"cs-young","url":"http://example.org/young","status":"active","content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]}]}""");
        var observation = """{"resourceType":"Observation","id":"young","status":"final","code":{"coding":[{"system":"http://example.org/young","code":"b"}]}}""";
        await server.PutAsync(observation);

        var found = await server.SendAsync("POST", "/Observation", observation, ("If-None-Exist", "code:below=http://example.org/young|a"));
        var bundle = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"request":{"method":"GET","url":"Observation?code:above=http://example.org/young%7Cb"}},
              {"request":{"method":"DELETE","url":"Observation?code:below=http://example.org/young%7Ca&status=final"}}]}
            """);

        Assert.Equal((200, "young"), (found.Status, found.Json.GetProperty("id").GetString()));
        Assert.Equal(["200", "204"], bundle.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]));
        Assert.Equal(0, bundle.Entries[0].GetProperty("resource").GetProperty("total").GetInt32());
        Assert.Equal(410, (await server.GetAsync("/Observation/young")).Status);
    }

    private static string ValueSet(string name, string compose) =>
        $$"""{"resourceType":"ValueSet","id":"cs-{{name}}","url":"http://example.org/fhir/ValueSet/{{name}}","version":"1","status":"active","compose":{{compose}} }""";

    private static string Observation(string id, string codings) =>
        $$"""{"resourceType":"Observation","id":"cs-{{id}}","meta":{"tag":[{"code":"animals"}]},"status":"final","code":{"coding":[{{codings}}]} }""";

    private Task PutLargeAsync(int count) => server.PutAsync(ValueSet("large", $$"""
        {"include":[{"system":"http://example.org/large","concept":[{{string.Join(',', Enumerable.Range(0, count).Select(at => $"{{\"code\":\"c{at.ToString(CultureInfo.InvariantCulture)}\"}}"))}}]}]}
        """));

    private async Task<string> FindAsync(string type, string query)
    {
        var answer = await server.GetAsync($"/{type}?_tag=animals&_count=50&{query.Replace("|", "%7C", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal)}", Strict);
        return answer.Status == 200 ? string.Join(' ', answer.Matches.Select(id => id.Replace("cs-", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)) : answer.Body;
    }
}
