using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <remarks>https://hl7.org/fhir/R4/codesystem-operation-find-matches.html</remarks>
public sealed class FindMatchesTests
{
    private const string Animals = """
        {"resourceType":"CodeSystem","url":"http://example.org/animals","version":"1","status":"active","content":"complete",
         "property":[{"code":"legs","type":"integer"},{"code":"food","type":"Coding"},{"code":"wild","type":"boolean"}],
         "concept":[
          {"code":"cat","display":"House cat","designation":[{"language":"de","value":"Hauskatze"}],"property":[{"code":"legs","valueInteger":4},{"code":"wild","valueBoolean":false},{"code":"food","valueCoding":{"system":"http://example.org/food","code":"mouse"}}]},
          {"code":"lynx","display":"Lynx cat","property":[{"code":"legs","valueInteger":4},{"code":"wild","valueBoolean":true}]},
          {"code":"owl","display":"Owl","property":[{"code":"legs","valueInteger":2},{"code":"wild","valueBoolean":true},{"code":"food","valueCoding":{"system":"http://example.org/food","code":"mouse"}}]}]}
        """;

    [Fact]
    public void A_program_gets_every_code_that_has_all_the_properties()
    {
        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"match","part":[{"name":"code","valueCoding":{"system":"http://example.org/animals","version":"1","code":"lynx","display":"Lynx cat"}}]}]}""",
            Find("true", ("legs", "valueInteger", "4"), ("wild", "valueBoolean", "true")).ToJsonString());
        Assert.Equal(["cat", "lynx"], Codes(Find("true", ("legs", "valueInteger", "4"))));
    }

    [Fact]
    public void What_can_not_be_had_together_with_the_rest_is_told_as_unmatched()
    {
        var answer = Find("true", ("legs", "valueInteger", "2"), ("wild", "valueBoolean", "false"), ("display", "valueString", "\"owl\""), ("display", "valueString", "\"cat \\\"x\""));

        Assert.Equal(["owl"], Codes(answer));
        Assert.Equal("""{"name":"unmatched","part":[{"name":"code","valueCode":"wild"},{"name":"value","valueBoolean":false}]}""", answer["parameter"]![0]!["part"]![1]!.ToJsonString());
        Assert.Equal("""{"name":"unmatched","part":[{"name":"code","valueCode":"display"},{"name":"value","valueString":"cat \"x"}]}""", answer["parameter"]![0]!["part"]![2]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(3, answer["parameter"]![0]!["part"]!.AsArray().Count);
    }

    [Fact]
    public void A_person_gets_possible_codes_by_words_those_with_most_properties_first()
    {
        var answer = Find("false", ("display", "valueString", "\"CA\""), ("wild", "valueBoolean", "true"));

        Assert.Equal(["lynx", "cat", "owl"], Codes(answer));
        Assert.Equal("All properties match.", Comment(answer, 0));
        Assert.Equal("1 of 2 properties match.", Comment(answer, 1));
    }

    [Theory]
    [InlineData("http://example.org/food", "cat,owl")]
    [InlineData("http://example.org/other", "")]
    public void A_coding_is_compared_with_its_system(string system, string codes) => Assert.Equal(
        codes, string.Join(',', Codes(Find("true", ("food", "valueCoding", $$"""{"system":"{{system}}","code":"mouse"}""")))));

    [Fact]
    public void Names_in_any_language_are_names() => Assert.Equal(["cat"], Codes(Find("true", ("designation", "valueString", "\"hauskatze\""))));

    [Fact]
    public void Without_a_match_there_is_no_parameter() => Assert.Equal("""{"resourceType":"Parameters"}""", Find("true", ("legs", "valueInteger", "8")).ToJsonString());

    [Fact]
    public void What_can_not_be_looked_for_is_refused()
    {
        Assert.Equal(IssueType.Required, Assert.Throws<FhirException>(() => Find("true")).Issues[0].Type);
        Assert.Equal(IssueType.NotFound, Assert.Throws<FhirException>(() => Ask("""{"name":"system","valueUri":"http://example.org/none"},{"name":"property","part":[{"name":"code","valueCode":"legs"}]}""")).Issues[0].Type);
        Assert.Equal(IssueType.NotSupported, Assert.Throws<FhirException>(() => Ask("""{"name":"system","valueUri":"http://example.org/animals"},{"name":"property","part":[{"name":"code","valueCode":"legs"},{"name":"subproperty"}]}""")).Issues[0].Type);
    }

    private static JsonNode Find(string exact, params (string Code, string Type, string Value)[] properties) => Ask(
        $$"""{"name":"system","valueUri":"http://example.org/animals"},{"name":"exact","valueBoolean":{{exact}}}"""
        + string.Concat(properties.Select(each => $$""",{"name":"property","part":[{"name":"code","valueCode":"{{each.Code}}"},{"name":"value","{{each.Type}}":{{each.Value}}}]}""")));

    private static JsonNode Ask(string parameters) => JsonNode.Parse(new FindMatches(TerminologyLimits.Default).Answer(
        new TerminologyCatalog(R4Schema.Instance).With([ResourceDocument.Parse(Encoding.UTF8.GetBytes(Animals))]),
        TerminologyArguments.Of(ResourceDocument.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}""")).Root)))!;

    private static IEnumerable<string> Codes(JsonNode answer) => (answer["parameter"]?.AsArray() ?? []).Select(match => match!["part"]![0]!["valueCoding"]!["code"]!.ToString());

    private static string Comment(JsonNode answer, int match) => answer["parameter"]![match]!["part"]!.AsArray().Last()!["valueString"]!.ToString();
}
