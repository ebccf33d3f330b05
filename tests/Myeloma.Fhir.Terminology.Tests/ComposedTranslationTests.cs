using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.ConceptMaps;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>Translations through several maps: src/decisions/composed-translations.md.</summary>
public sealed class ComposedTranslationTests
{
    private static readonly string[] ToA = ["1>one:equivalent", "2>two:wider", "3>three:narrower", "4>four:equivalent", "5>five:equivalent+product", "6>six:equivalent?sex", "7>:unmatched", "8>one:inexact"];
    private static readonly string[] ToB = ["1>I:equal", "2>II:wider", "3>III:wider", "4>IV:inexact", "4>IVa:specializes", "5>V:equivalent", "6>VI:equivalent", "8>VIII:equivalent"];

    [Fact]
    public void A_map_is_read_backwards_where_it_leads_to_the_target()
    {
        var answer = Translate("a", "one", "own", ToA);

        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true},{"name":"match","part":[{"name":"equivalence","valueCode":"equivalent"},{"name":"concept","valueCoding":{"system":"http://example.org/own","code":"1"}},{"name":"source","valueUri":"http://example.org/to-a|1"},{"name":"step","part":[{"name":"source","valueUri":"http://example.org/to-a|1"},{"name":"reverse","valueBoolean":true},{"name":"equivalence","valueCode":"equivalent"},{"name":"concept","valueCoding":{"system":"http://example.org/own","code":"1"}}]}]},{"name":"match","part":[{"name":"equivalence","valueCode":"inexact"},{"name":"concept","valueCoding":{"system":"http://example.org/own","code":"8"}},{"name":"source","valueUri":"http://example.org/to-a|1"},{"name":"step","part":[{"name":"source","valueUri":"http://example.org/to-a|1"},{"name":"reverse","valueBoolean":true},{"name":"equivalence","valueCode":"inexact"},{"name":"concept","valueCoding":{"system":"http://example.org/own","code":"8"}}]}]}]}""",
            answer.ToJsonString());
    }

    [Fact]
    public void Two_maps_make_one_translation_that_names_them_both_and_no_single_source()
    {
        var answer = Translate("a", "four", "b", ToA, ToB);

        Assert.Equal(["inexact b#IV by a>own equivalent, own>b inexact", "specializes b#IVa by a>own equivalent, own>b specializes"], Matches(answer));
        Assert.DoesNotContain(answer["parameter"]![1]!["part"]!.AsArray(), part => part!["name"]!.ToString() == "source");
    }

    [Theory]
    [InlineData("one", "equivalent b#I by a>own equivalent, own>b equal", "inexact b#VIII by a>own inexact, own>b equivalent")]
    [InlineData("two", "relatedto b#II by a>own narrower, own>b wider")]
    [InlineData("three", "wider b#III by a>own wider, own>b wider")]
    public void The_equivalence_is_what_follows_from_both(string code, params string[] expected) => Assert.Equal(expected, Matches(Translate("a", code, "b", ToA, ToB)));

    [Theory]
    [InlineData("a", "five", "b")]
    [InlineData("a", "six", "b")]
    [InlineData("own", "7", "a")]
    [InlineData("a", "nothing", "b")]
    [InlineData("a", "one", "elsewhere")]
    public void What_needs_more_than_the_code_or_is_not_mapped_is_no_step(string system, string code, string target) =>
        Assert.DoesNotContain(Matches(Translate(system, code, target, ToA, ToB)), match => !match.StartsWith("unmatched", StringComparison.Ordinal));

    [Fact]
    public void Two_narrower_ones_of_the_same_are_no_translation_of_each_other()
    {
        string[] classes = ["1>class:wider", "2>class:wider"];

        Assert.Empty(Matches(Answer([Map("x", "own", "class", classes), Map("y", "other", "class", ["9>class:wider"])], TerminologyLimits.Default, ("system", "http://example.org/own"), ("code", "1"), ("targetsystem", "http://example.org/other"))));
    }

    [Fact]
    public void What_one_map_says_is_answered_alone_and_a_map_that_knows_no_target_is_believed()
    {
        var maps = new[] { Map("to-a", "own", "a", ToA), Map("to-b", "own", "b", ToB), Map("a-to-b", "a", "b", ["one>direct:relatedto", "four>:unmatched"]) };

        Assert.Equal(["relatedto b#direct by "], Matches(Answer(maps, TerminologyLimits.Default, ("system", "http://example.org/a"), ("code", "one"), ("targetsystem", "http://example.org/b"))));
        Assert.Equal(["unmatched  by "], Matches(Answer(maps, TerminologyLimits.Default, ("system", "http://example.org/a"), ("code", "four"), ("targetsystem", "http://example.org/b"))));
    }

    [Theory]
    [InlineData("url", "http://example.org/to-a")]
    [InlineData("source", "http://example.org/ValueSet/some")]
    [InlineData("targetsystem", "http://example.org/c")]
    public void Nothing_is_put_together_where_the_map_is_named_or_the_target_is_not(string name, string value)
    {
        var maps = new[] { Map("to-a", "own", "a", ToA), Map("to-b", "own", "b", ToB) };
        (string, string)[] parameters = [("system", "http://example.org/a"), ("code", "one"), .. name == "targetsystem" ? [] : (ReadOnlySpan<(string, string)>)[("targetsystem", "http://example.org/b")], (name, value)];

        Assert.Empty(Matches(Answer(maps, TerminologyLimits.Default, parameters)));
    }

    [Fact]
    public void Steps_and_ways_have_limits_and_a_circle_ends()
    {
        var chain = Enumerable.Range(0, 6).Select(each => Map($"m{each}", $"s{each}", $"s{each + 1}", ["1>1:equivalent"])).Append(Map("round", "s3", "s0", ["1>1:equivalent"])).ToArray();
        (string, string)[] At(string target) => [("system", "http://example.org/s0"), ("code", "1"), ("targetsystem", $"http://example.org/{target}")];
        var fan = Map("fan", "s0", "x", [.. Enumerable.Range(0, 40).Select(each => $"1>{each}:equivalent")]);

        Assert.Equal(["equivalent s3#1 by s0>s3 equivalent"], Matches(Answer(chain, TerminologyLimits.Default, At("s3"))));
        Assert.Equal(["equivalent s5#1 by s0>s3 equivalent, s3>s4 equivalent, s4>s5 equivalent"], Matches(Answer(chain, TerminologyLimits.Default, At("s5"))));
        Assert.Empty(Matches(Answer(chain, TerminologyLimits.Default, At("s6"))));
        Assert.Empty(Matches(Answer(chain, TerminologyLimits.Default with { MaxMapSteps = 0 }, At("s3"))));
        var fault = Assert.Single(Assert.Throws<FhirException>(() => Answer([fan], TerminologyLimits.Default with { MaxMapPaths = 30 }, At("y"))).Issues);
        Assert.Equal((IssueType.TooCostly, "From 'http://example.org/s0#1' more than 30 ways lead through the concept maps here (setting Fhir:Terminology:MaxMapPaths); name the map that is meant by 'url'."), (fault.Type, fault.Diagnostics));
    }

    /// <summary>Concepts are sets of what they stand for, all there are over four things: what the table says is true of each three, and where it says nothing, nothing can be said.</summary>
    [Fact]
    public void The_table_of_compositions_says_what_follows_and_nothing_more()
    {
        string[] codes = ["equal", "equivalent", "wider", "subsumes", "narrower", "specializes", "inexact", "relatedto"];
        var concepts = Enumerable.Range(1, 15).ToList();
        foreach (var first in codes)
        {
            foreach (var second in codes)
            {
                var pairs = (from source in concepts from between in concepts from target in concepts where Holds(first, source, between) && Holds(second, between, target) select (source, target)).ToList();
                if (Equivalence.Compose(first, second) is { } composed) Assert.All(pairs, pair => Assert.True(Holds(composed, pair.source, pair.target), $"{first}, {second}: {composed}"));
                else Assert.Contains(pairs, pair => (pair.source & pair.target) == 0);
            }
        }

        Assert.All(codes.Concat(["unmatched", "disjoint"]), code => Assert.Equal((null, null), (Equivalence.Compose(code, "unmatched"), Equivalence.Compose("disjoint", code))));

        static bool Holds(string equivalence, int source, int target) => equivalence switch
        {
            "equal" or "equivalent" => source == target,
            "wider" or "subsumes" => (source & target) == source && source != target,
            "narrower" or "specializes" => (source & target) == target && source != target,
            "inexact" => (source & target) != 0 && (source & ~target) != 0 && (target & ~source) != 0,
            _ => (source & target) != 0,
        };
    }

    private static JsonNode Translate(string system, string code, string target, params string[][] maps) => Answer(
        [.. maps.Select((rows, index) => Map(index == 0 ? "to-a" : "to-b", "own", index == 0 ? "a" : "b", rows))], TerminologyLimits.Default,
        ("system", $"http://example.org/{system}"), ("code", code), ("targetsystem", $"http://example.org/{target}"));

    /// <param name="rows"><c>source>target:equivalence</c>, with <c>+product</c> or <c>?dependency</c> behind.</param>
    private static ResourceDocument Map(string name, string source, string target, string[] rows)
    {
        var elements = rows.GroupBy(row => row[..row.IndexOf('>', StringComparison.Ordinal)]).Select(group => new JsonObject
        {
            ["code"] = group.Key,
            ["target"] = new JsonArray([.. group.Select(row =>
            {
                var (to, said) = (row[(row.IndexOf('>', StringComparison.Ordinal) + 1)..row.IndexOf(':', StringComparison.Ordinal)], row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('+', '?'));
                var mapping = new JsonObject { ["equivalence"] = said[0] };
                if (to.Length > 0) mapping["code"] = to;
                if (said.Length > 1) mapping[row.Contains('+', StringComparison.Ordinal) ? "product" : "dependsOn"] = new JsonArray(new JsonObject { ["property"] = $"http://example.org/{said[1]}", ["value"] = "some" });
                return mapping;
            })]),
        });
        var group = new JsonObject { ["source"] = $"http://example.org/{source}", ["target"] = $"http://example.org/{target}", ["element"] = new JsonArray([.. elements]) };
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["resourceType"] = "ConceptMap", ["url"] = $"http://example.org/{name}", ["version"] = "1", ["status"] = "active", ["group"] = new JsonArray(group),
        }.ToJsonString()));
    }

    private static JsonNode Answer(IReadOnlyList<ResourceDocument> maps, TerminologyLimits limits, params (string Name, string Value)[] parameters) => JsonNode.Parse(new Translate(limits).Answer(
        new TerminologyCatalog(R4Schema.Instance).With(maps), new TerminologyArguments(parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null)))))!;

    private static List<string> Matches(JsonNode answer) =>
    [
        .. answer["parameter"]!.AsArray().Where(each => each!["name"]!.ToString() == "match").Select(match =>
        {
            var steps = new List<string>();
            var before = "";
            foreach (var step in match!["part"]!.AsArray().Where(part => part!["name"]!.ToString() == "step"))
            {
                var map = Part(step!, "source")!["valueUri"]!.ToString().Split('|')[0].Split('/')[^1];
                var concept = Part(step!, "concept")!["valueCoding"]!;
                var after = Name(concept["system"]!);
                before = before.Length > 0 ? before : First(map, after);
                steps.Add($"{before}>{after} {Part(step!, "equivalence")!["valueCode"]}");
                before = after;
            }

            var coding = Part(match, "concept")?["valueCoding"];
            return $"{Part(match, "equivalence")!["valueCode"]} {(coding is null ? "" : $"{Name(coding["system"]!)}#{coding["code"]}")} by {string.Join(", ", steps)}";
        }),
    ];

    private static string First(string map, string after) => map switch { "to-a" => after == "own" ? "a" : "own", "to-b" => after == "own" ? "b" : "own", _ => "s0" };

    private static string Name(JsonNode system) => system.ToString().Split('/')[^1];

    private static JsonNode? Part(JsonNode parameter, string name) => parameter["part"]!.AsArray().FirstOrDefault(part => part!["name"]!.ToString() == name);
}
