using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.Terminology.Prepared;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>Questions that are settled but for their codes: whichever code they were settled with and whichever they answer, the bytes are those of the operation.</summary>
public sealed class PreparedQuestionTests
{
    private const string System = "http://example.org/parts";

    private static readonly string[] Resources =
    [
        """
        {"resourceType":"CodeSystem","url":"http://example.org/parts","version":"2.0","name":"Parts","language":"en","status":"active","content":"complete","caseSensitive":false,
         "property":[{"code":"mass","type":"decimal"},{"code":"made","type":"Coding"},{"code":"spare","type":"boolean"},{"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"},{"code":"notSelectable","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"}],
         "concept":[
          {"code":"all","display":"All \"parts\" \\ <of> it","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
            {"code":"Bolt","display":"Bolt","definition":"Holds.","designation":[{"language":"de","value":"Bolzen — ß \u2028 \ud83d\udd29"},{"language":"fr","use":{"system":"http://example.org/use","code":"long"},"value":"Boulon"}],
             "property":[{"code":"mass","valueDecimal":1.50},{"code":"made","valueCoding":{"system":"http://example.org/makers","code":"m1","display":"Maker \"1\""}},{"code":"spare","valueBoolean":true}]},
            {"code":"nut","display":"Nut","property":[{"code":"status","valueCode":"retired"},{"code":"made","valueCoding":{"code":"m2"}}]},
            {"code":"pin","designation":[{"value":"Pin"}]},
            {"code":"rod","display":"Rod","property":[{"code":"status","valueCode":"deprecated"},{"code":"mass","valueDecimal":-2}]},
            {"code":"cap","display":"Cap","property":[{"code":"status","valueCode":"active"}]}]}]}
        """,
        """{"resourceType":"CodeSystem","url":"http://example.org/parts","version":"1.0","status":"retired","content":"fragment","concept":[{"code":"Bolt","display":"Old bolt"},{"code":"gear","display":"Gear"}]}""",
        """{"resourceType":"CodeSystem","url":"http://example.org/more","version":"1","status":"active","content":"supplement","supplements":"http://example.org/parts","concept":[{"code":"pin","display":"Pinned","designation":[{"language":"de","value":"Stift"}],"property":[{"code":"mass","valueDecimal":7}]}]}""",
        """{"resourceType":"CodeSystem","url":"http://example.org/draft","version":"1","title":"Drafted","status":"draft","experimental":true,"content":"complete","concept":[{"code":"a","display":"A"},{"code":"b","display":"B","concept":[{"code":"c","display":"C"}]}]}""",
        """{"resourceType":"ValueSet","url":"http://example.org/listed","version":"1","status":"active","compose":{"include":[{"system":"http://example.org/parts","concept":[{"code":"Bolt"},{"code":"cap","display":"Cover"},{"code":"rod"},{"code":"all"}]},{"system":"http://example.org/draft"}]}}""",
        """{"resourceType":"ValueSet","url":"http://example.org/below","status":"draft","experimental":true,"compose":{"include":[{"system":"http://example.org/parts","filter":[{"property":"concept","op":"is-a","value":"all"}]}]}}""",
        """{"resourceType":"ValueSet","url":"http://example.org/versions","status":"active","compose":{"include":[{"system":"http://example.org/parts","version":"1.0"},{"system":"http://example.org/parts","version":"2.0"}]}}""",
        """{"resourceType":"ValueSet","url":"http://example.org/less","status":"active","compose":{"include":[{"system":"http://example.org/parts"}],"exclude":[{"system":"http://example.org/parts","concept":[{"code":"cap"}]}]}}""",
        """{"resourceType":"ValueSet","url":"http://example.org/importing","status":"active","compose":{"include":[{"valueSet":["http://example.org/listed"]}]}}""",
        """{"resourceType":"ValueSet","url":"http://example.org/active","status":"active","compose":{"inactive":false,"include":[{"system":"http://example.org/parts"}]}}""",
        """
        {"resourceType":"ConceptMap","url":"http://example.org/map","version":"1","status":"active","group":[{"source":"http://example.org/parts","target":"http://example.org/draft","element":[
          {"code":"Bolt","target":[{"code":"a","display":"A \"quoted\"","equivalence":"equivalent"},{"code":"b","equivalence":"wider","comment":"About."}]},
          {"code":"nut","target":[{"equivalence":"unmatched"}]},
          {"code":"cap","target":[{"code":"c","equivalence":"equal","dependsOn":[{"property":"size","value":"1"}]}]}],"unmapped":{"mode":"fixed","code":"z"}}]}
        """,
    ];

    private static readonly ResourceDocument[] Documents = [.. Resources.Select(json => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json)))];

    private static readonly TerminologyCatalog Catalog = new TerminologyCatalog(
        R4Schema.Instance, (type, url) => [.. Documents.Where(each => each.ResourceType == type && each.Root.TextOf("url") == url)]).Translating(["http://example.org/map"]);

    private static readonly string[] Codes = ["Bolt", "bolt", "nut", "pin", "rod", "cap", "all", "gear", "a", "b", "c", "none"];

    /// <summary>What may stand beside the parameters of a question, each alone and many by twos.</summary>
    private static readonly (string Name, string Value)[] Beside =
    [
        ("displayLanguage", "de"), ("displayLanguage", "fr;q=0.5, *;q=0"), ("useSupplement", "http://example.org/more"), ("version", "1.0"), ("version", "2.0"), ("version", "9"), ("property", "*"), ("property", "mass"),
        ("property", "made"), ("abstract", "false"), ("activeOnly", "true"), ("valueset-membership-only", "true"), ("lenient-display-validation", "true"), ("valueSetMode", "NO_MEMBERSHIP_CHECK"), ("mode", "CHECK_MEMBERSHIP_ONLY"), ("default-to-latest-version", "true"), ("display", "Bolt"), ("display", "wrong"), ("systemVersion", "1.0"),
        ("inferSystem", "true"), ("force-system-version", "http://example.org/parts|1.0"), ("system-version", "http://example.org/parts|1.0"), ("check-system-version", "http://example.org/parts|1.0"), ("date", "2026-01-01"),
    ];

    private static readonly TerminologyLimits Limits = TerminologyLimits.Default;

    [Fact]
    public void Lookup_says_the_same_prepared() => Compare(new Lookup(Limits).Answer, (catalog, arguments, answer) => new Lookup(Limits).Prepare(catalog, arguments, answer.Span), atLeast: 500, isOfTwo: false,
        [("system", System)], [("system", "http://example.org/draft")], [("system", "http://hl7.org/fhir/administrative-gender")], [("system", "http://unitsofmeasure.org")], [("system", "http://example.org/nowhere")]);

    [Fact]
    public void Validate_code_of_a_code_system_says_the_same_prepared() => Compare(new ValidateCode(Limits).CodeSystem, (catalog, arguments, answer) => new ValidateCode(Limits).Prepare(catalog, arguments, false, answer.Span), atLeast: 300, isOfTwo: false,
        [("url", System)], [("url", "http://example.org/draft")], [("system", System)], [("url", "urn:ietf:bcp:47")], [("url", "http://example.org/more")], [("url", "relative")]);

    [Fact]
    public void Validate_code_of_a_value_set_says_the_same_prepared() => Compare(new ValidateCode(Limits).ValueSet, (catalog, arguments, answer) => new ValidateCode(Limits).Prepare(catalog, arguments, true, answer.Span), atLeast: 300, isOfTwo: false,
        [.. from set in (string[])["listed", "below", "versions", "less", "importing", "active", "nowhere"]
            from system in (string[])[System, "http://example.org/draft"]
            select (IReadOnlyList<(string, string)>)[("url", $"http://example.org/{set}"), ("system", system)]]);

    [Fact]
    public void Subsumes_says_the_same_prepared() => Compare(new Subsumes(Limits).Answer, (catalog, arguments, answer) => new Subsumes(Limits).Prepare(catalog, arguments, answer.Span), atLeast: 500, isOfTwo: true,
        [("system", System)], [("system", "http://example.org/draft")], [("system", "http://example.org/nowhere")]);

    [Fact]
    public void Translate_says_the_same_prepared() => Compare(new Translate(Limits).Answer, (catalog, arguments, answer) => new Translate(Limits).Prepare(catalog, arguments, answer.Span), atLeast: 500, isOfTwo: false,
        [("url", "http://example.org/map"), ("system", System)], [("system", System)], [("system", System), ("targetsystem", "http://example.org/draft")], [("system", System), ("target", "http://example.org/listed")],
        [("system", "http://example.org/draft"), ("reverse", "true")], [("url", "http://example.org/nowhere"), ("system", System)]);

    [Fact]
    public void Names_and_values_that_JSON_escapes_are_read_as_they_were_stated()
    {
        var parameters = JsonNode.Parse(new Lookup(Limits).Answer(Catalog, Of([("system", System), ("property", "*")], "Bolt", null, null)))!["parameter"]!.AsArray();
        var all = JsonNode.Parse(new Lookup(Limits).Answer(Catalog, Of([("system", System)], "all", null, null)))!["parameter"]!.AsArray();

        Assert.Equal("All \"parts\" \\ <of> it", all.Single(each => each!["name"]!.ToString() == "display")!["valueString"]!.ToString());
        Assert.Contains(parameters, each => each!["part"]?.AsArray().Any(part => part!["valueString"]?.ToString() == "Bolzen — ß \u2028 \ud83d\udd29") == true);
        Assert.Contains("""{"name":"property","part":[{"name":"code","valueCode":"mass"},{"name":"value","valueDecimal":1.50}]}""", Encoding.UTF8.GetString(new Lookup(Limits).Answer(Catalog, Of([("system", System), ("property", "*")], "Bolt", null, null))), StringComparison.Ordinal);
        Assert.Contains(parameters, each => each!["part"]?.AsArray().Any(part => part!["valueCoding"]?["display"]?.ToString() == "Maker \"1\"") == true);
    }

    /// <summary>Every question, with nothing, one or two things beside it, settled with each code and then asked about each.</summary>
    /// <param name="atLeast">So many answers have to come from what was settled: else nothing was compared.</param>
    private static void Compare(
        Func<TerminologyCatalog, TerminologyArguments, byte[]> answer, Func<TerminologyCatalog, TerminologyArguments, ReadOnlyMemory<byte>, PreparedQuestion?> prepare, int atLeast, bool isOfTwo,
        params IReadOnlyList<(string, string)>[] questions)
    {
        var compared = 0;
        foreach (var question in questions)
        {
            foreach (var asked in Variations(question))
            {
                foreach (var languages in (string?[])[null, "de, en;q=0.2"])
                {
                    var answers = Codes.SelectMany(code => isOfTwo ? Codes.Select(other => (code, (string?)other)) : [(code, null)])
                        .ToDictionary(pair => pair, pair => Answer(answer, asked, pair.code, pair.Item2, languages));
                    foreach (var ((code, other), first) in isOfTwo ? answers.Take(40) : answers)
                    {
                        if (first is null || prepare(Catalog, Of(asked, code, other, languages), first) is not { } prepared) continue;
                        foreach (var ((next, nextOther), wanted) in answers)
                        {
                            var output = new JsonBuffer();
                            if (!prepared.TryAnswer(next, nextOther ?? "", output)) continue;
                            compared++;
                            if (wanted is null || !output.Written.SequenceEqual(wanted))
                                Assert.Fail($"{string.Join('&', asked)} ({languages}), settled with {code} and {other}, about {next} and {nextOther}:\n{Encoding.UTF8.GetString(output.Written)}\ninstead of\n{(wanted is null ? "a fault" : Encoding.UTF8.GetString(wanted))}");
                        }
                    }
                }
            }
        }

        Assert.True(compared >= atLeast, $"{compared} answers came from what was settled.");
    }

    private static IEnumerable<List<(string, string)>> Variations(IReadOnlyList<(string, string)> question)
    {
        yield return [.. question];
        for (var one = 0; one < Beside.Length; one++)
        {
            yield return [.. question, Beside[one]];
            for (var two = one + 1; two < Beside.Length; two += 3)
                if (Beside[two].Name != Beside[one].Name) yield return [.. question, Beside[one], Beside[two]];
        }
    }

    private static byte[]? Answer(Func<TerminologyCatalog, TerminologyArguments, byte[]> answer, List<(string, string)> asked, string code, string? other, string? languages)
    {
        try
        {
            return answer(Catalog, Of(asked, code, other, languages));
        }
        catch (FhirException)
        {
            return null;
        }
    }

    private static TerminologyArguments Of(List<(string Name, string Value)> asked, string code, string? other, string? languages) => new(
        [.. asked.Select(each => new TerminologyArgument(each.Name, each.Value, null)), .. other is null ? [new("code", code, null)] : (TerminologyArgument[])[new("codeA", code, null), new("codeB", other, null)]], languages);

}
