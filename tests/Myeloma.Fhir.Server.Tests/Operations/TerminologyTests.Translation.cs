using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Translation by the concept maps that are stored: those of the package, and those of a client.</summary>
/// <remarks>https://hl7.org/fhir/R4/conceptmap-operation-translate.html</remarks>
public sealed partial class TerminologyTests
{
    private const string Drugs = "http://myeloma-fhir.org/fhir/CodeSystem/drug";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string Atc = "http://www.whocc.no/atc";

    [Fact]
    public async Task A_drug_goes_from_RxNorm_to_our_codes_to_ATC_and_back()
    {
        var own = await OneAsync($"system={RxNorm}&code=1191&reverse=true&targetsystem={Drugs}");
        var atc = await AllAsync($"system={Drugs}&code={own}&targetsystem={Atc}");
        var back = await Task.WhenAll(atc.Select(code => OneAsync($"system={Atc}&code={code}&reverse=true&targetsystem={Drugs}")));
        var rxNorm = await OneAsync($"system={Drugs}&code={own}&targetsystem={RxNorm}");

        Assert.Equal("acetylsalicylic-acid", own);
        Assert.NotEmpty(atc);
        Assert.All(back, code => Assert.Equal(own, code));
        Assert.Equal("1191", rxNorm);
    }

    /// <summary>Each code of ours that has codes of both goes from any of the two to the other, in one request.</summary>
    [Fact]
    public async Task A_code_of_RxNorm_goes_to_ATC_and_to_our_codes_in_one_request_with_every_map_on_the_way()
    {
        var own = await OneAsync($"system={RxNorm}&code=1191&targetsystem={Drugs}");
        var atc = await server.GetAsync($"/ConceptMap/$translate?system={RxNorm}&code=1191&targetsystem={Atc}");
        var direct = await AllAsync($"system={Drugs}&code={own}&targetsystem={Atc}");
        var back = await Task.WhenAll(direct.Select(code => OneAsync($"system={Atc}&code={code}&targetsystem={RxNorm}")));

        Assert.Equal("acetylsalicylic-acid", own);
        Assert.Equal(direct, Matches(atc).Select(match => Part(match, "concept").GetProperty("valueCoding").GetProperty("code").GetString()!));
        Assert.All(Matches(atc), match => Assert.Equal(
            ["http://myeloma-fhir.org/fhir/ConceptMap/to-rxnorm|0.1.0 backwards to acetylsalicylic-acid: equivalent", $"http://myeloma-fhir.org/fhir/ConceptMap/to-atc|0.1.0 forwards to {Part(match, "concept").GetProperty("valueCoding").GetProperty("code")}: equivalent"],
            match.GetProperty("part").EnumerateArray().Where(part => part.GetProperty("name").GetString() == "step").Select(step =>
                $"{Part(step, "source").GetProperty("valueUri")} {(Part(step, "reverse").GetProperty("valueBoolean").GetBoolean() ? "backwards" : "forwards")} to {Part(step, "concept").GetProperty("valueCoding").GetProperty("code")}: {Part(step, "equivalence").GetProperty("valueCode")}")));
        Assert.All(back, code => Assert.Equal("1191", code));
    }

    [Fact]
    public async Task Without_a_target_all_maps_answer_each_with_its_name()
    {
        var answer = await server.GetAsync($"/ConceptMap/$translate?system={Drugs}&code=acetylsalicylic-acid");

        var sources = Matches(answer).Select(match => Part(match, "source").GetProperty("valueUri").GetString()!).ToList();
        Assert.Contains("http://myeloma-fhir.org/fhir/ConceptMap/to-rxnorm|0.1.0", sources);
        Assert.Contains("http://myeloma-fhir.org/fhir/ConceptMap/to-atc|0.1.0", sources);
    }

    [Theory]
    [InlineData("GET", "/ConceptMap/$translate?url=http://example.org/fhir/ConceptMap/paints&system=http://example.org/paint&code=r")]
    [InlineData("GET", "/ConceptMap/paints/$translate?system=http://example.org/paint&code=r")]
    [InlineData("GET", "/ConceptMap/$translate?source=http://example.org/fhir/ValueSet/paints&system=http://example.org/paint&code=r")]
    [InlineData("GET", "/ConceptMap/$translate?target=http://example.org/fhir/ValueSet/lights&system=http://example.org/paint&code=r")]
    [InlineData("GET", "/ConceptMap/$translate?targetSystem=http://example.org/light&sourceSystem=http://example.org/paint&sourceCode=r")]
    [InlineData("POST", "/ConceptMap/$translate")]
    [InlineData("POST", "/ConceptMap/paints/$translate")]
    public async Task A_map_is_found_by_its_url_its_id_its_value_sets_and_the_systems(string method, string path)
    {
        await server.PutAsync("""
            {"resourceType":"ConceptMap","id":"paints","url":"http://example.org/fhir/ConceptMap/paints","status":"active",
             "sourceCanonical":"http://example.org/fhir/ValueSet/paints","targetCanonical":"http://example.org/fhir/ValueSet/lights",
             "group":[{"source":"http://example.org/paint","target":"http://example.org/light","element":[{"code":"r","target":[{"code":"red","equivalence":"wider"}]}]}]}
            """);
        const string body = """{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"http://example.org/paint","code":"r"}}]}""";

        var answer = await server.SendAsync(method, path, method == "POST" ? body : null);

        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true},{"name":"match","part":[{"name":"equivalence","valueCode":"wider"},{"name":"concept","valueCoding":{"system":"http://example.org/light","code":"red"}},{"name":"source","valueUri":"http://example.org/fhir/ConceptMap/paints"}]}]}""",
            answer.Body);
        Assert.Empty(Matches(await server.GetAsync("/ConceptMap/$translate?source=http://example.org/fhir/ValueSet/none&system=http://example.org/paint&code=r")));
        Assert.Equal(404, (await server.GetAsync("/ConceptMap/$translate?target=http://example.org/fhir/ValueSet/none&system=http://example.org/paint&code=r")).Status);
    }

    private async Task<string> OneAsync(string query) => Assert.Single(await AllAsync(query));

    private async Task<List<string>> AllAsync(string query) =>
        [.. Matches(await server.GetAsync($"/ConceptMap/$translate?{query}")).Select(match => Part(match, "concept").GetProperty("valueCoding").GetProperty("code").GetString()!)];

    private static IEnumerable<JsonElement> Matches(Answer answer) => answer.Json.GetProperty("parameter").EnumerateArray().Where(each => each.GetProperty("name").GetString() == "match");

    private static JsonElement Part(JsonElement parameter, string name) => parameter.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").GetString() == name);
}
