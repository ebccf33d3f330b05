using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>The published expansions of R4's value sets: the same codes come out here.</summary>
public sealed class PublishedExpansionTests
{
    [ConformanceFact]
    public void The_value_sets_of_R4_expand_to_what_is_published()
    {
        var catalog = new TerminologyCatalog(R4Schema.Instance);
        var expand = new ValueSetExpand(new TerminologyLimits(MaxExpansion: 100_000), TimeProvider.System);
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var test in JsonNode.Parse(File.ReadAllText(ConformanceFolder.Suite("expand", "cases.json")))!["cases"]!.AsArray())
        {
            var url = test!["url"]!.ToString();
            var expected = test["codes"]!.AsArray().Select(code => $"{code![0]}#{code[1]}").ToHashSet(StringComparer.Ordinal);
            try
            {
                var answer = JsonNode.Parse(expand.Answer(catalog, new TerminologyArguments([new("url", url, null)])))!["expansion"]!;
                var actual = Codes(answer["contains"]).ToHashSet(StringComparer.Ordinal);
                found[url] = actual.SetEquals(expected) ? null : $"missing {string.Join(' ', expected.Except(actual).Take(5))}; too many {string.Join(' ', actual.Except(expected).Take(5))}";
                Assert.Equal(actual.Count, answer["total"]!.GetValue<int>());
            }
            catch (FhirException fault)
            {
                found[url] = fault.Message;
            }
        }

        SuiteResults.Hold("expand", found);
    }

    private static IEnumerable<string> Codes(JsonNode? contains)
    {
        foreach (var each in contains as JsonArray ?? [])
        {
            yield return $"{each!["system"]}#{each["code"]}";
            foreach (var below in Codes(each["contains"])) yield return below;
        }
    }
}
