using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Tests;

/// <remarks>https://hl7.org/fhir/R4/conceptmap-operation-translate.html</remarks>
public sealed class TranslateTests
{
    private const string Map = """
        {"resourceType":"ConceptMap","url":"http://example.org/map","version":"1","status":"active","group":[
          {"source":"http://example.org/a","target":"http://example.org/b","element":[
            {"code":"1","display":"One","target":[
              {"code":"one","display":"Eins","equivalence":"wider","product":[{"property":"http://example.org/unit","system":"http://example.org/u","value":"mg"}]},
              {"code":"uno","equivalence":"equivalent","dependsOn":[{"property":"http://example.org/sex","value":"female"}]}]},
            {"code":"2","target":[{"equivalence":"unmatched","comment":"There is none."}]}],
           "unmapped":{"mode":"other-map","url":"http://example.org/other"}},
          {"source":"http://example.org/a","target":"http://example.org/c","unmapped":{"mode":"provided"}}]}
        """;

    private const string Other = """
        {"resourceType":"ConceptMap","url":"http://example.org/other","status":"active","group":[
          {"source":"http://example.org/a","target":"http://example.org/b","unmapped":{"mode":"fixed","code":"unknown","display":"Unknown"}}]}
        """;

    [Fact]
    public void A_code_is_given_with_equivalence_product_and_map()
    {
        var answer = Translate(("code", "1"), ("system", "http://example.org/a"), ("url", "http://example.org/map"), ("targetsystem", "http://example.org/b"));

        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true},{"name":"match","part":[{"name":"equivalence","valueCode":"wider"},{"name":"concept","valueCoding":{"system":"http://example.org/b","code":"one","display":"Eins"}},{"name":"product","part":[{"name":"element","valueUri":"http://example.org/unit"},{"name":"concept","valueCoding":{"system":"http://example.org/u","code":"mg"}}]},{"name":"source","valueUri":"http://example.org/map|1"}]}]}""",
            answer.ToJsonString());
    }

    [Fact]
    public void Read_backwards_the_equivalence_turns_round()
    {
        var answer = Translate(("code", "one"), ("system", "http://example.org/b"), ("url", "http://example.org/map|1"), ("reverse", "true"));

        Assert.Equal(["narrower http://example.org/a#1"], Matches(answer));
    }

    [Fact]
    public void What_has_no_target_is_no_translation_and_an_unmapped_code_takes_the_way_the_map_names()
    {
        var none = Translate(("sourceCode", "2"), ("system", "http://example.org/a"), ("url", "http://example.org/map"), ("targetSystem", "http://example.org/b"));
        var unmapped = Translate(("code", "9"), ("system", "http://example.org/a"), ("url", "http://example.org/map"));

        Assert.False(none["parameter"]![0]!["valueBoolean"]!.GetValue<bool>());
        Assert.Equal(["unmatched "], Matches(none));
        Assert.Equal(["relatedto http://example.org/b#unknown", "relatedto http://example.org/c#9"], Matches(unmapped));
    }

    [Fact]
    public void A_mapping_that_depends_on_another_element_is_a_match_only_with_it()
    {
        var dependency = """{"resourceType":"Parameters","parameter":[{"name":"dependency","part":[{"name":"element","valueUri":"http://example.org/sex"},{"name":"concept","valueCodeableConcept":{"coding":[{"code":"female"}]}}]}]}""";
        var given = TerminologyArguments.Of(Document(dependency).Root).All;

        var without = Translate(("code", "1"), ("system", "http://example.org/a"), ("url", "http://example.org/map"), ("targetsystem", "http://example.org/b"));
        var with = Answer([.. given, new("code", "1", null), new("system", "http://example.org/a", null), new("url", "http://example.org/map", null), new("targetsystem", "http://example.org/b", null)]);

        Assert.Equal(["wider http://example.org/b#one"], Matches(without));
        Assert.Equal(["wider http://example.org/b#one", "equivalent http://example.org/b#uno"], Matches(with));
    }

    [Fact]
    public void Without_a_map_or_a_code_nothing_is_translated()
    {
        Assert.Equal(IssueType.NotFound, Assert.Throws<FhirException>(() => Translate(("code", "1"), ("system", "http://example.org/a"), ("url", "http://example.org/nowhere"))).Issues[0].Type);
        Assert.Equal(IssueType.Required, Assert.Throws<FhirException>(() => Translate(("url", "http://example.org/map"))).Issues[0].Type);
    }

    private static JsonNode Translate(params (string Name, string Value)[] parameters) => Answer([.. parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null))]);

    private static JsonNode Answer(List<TerminologyArgument> arguments) => JsonNode.Parse(new Translate(TerminologyLimits.Default).Answer(
        new TerminologyCatalog(R4Schema.Instance).With([Document(Map), Document(Other)]), new TerminologyArguments(arguments)))!;

    private static IEnumerable<string> Matches(JsonNode answer) => answer["parameter"]!.AsArray().Where(each => each!["name"]!.ToString() == "match").Select(each =>
    {
        var parts = each!["part"]!.AsArray();
        var concept = parts.FirstOrDefault(part => part!["name"]!.ToString() == "concept")?["valueCoding"];
        return $"{parts.First(part => part!["name"]!.ToString() == "equivalence")!["valueCode"]} {(concept is null ? "" : $"{concept["system"]}#{concept["code"]}")}";
    });

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
}
