using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.TestSupport;
using Myeloma.Fhir.Validation.Snapshots;
using Myeloma.Fhir.Validation.Tests.Conformance;

namespace Myeloma.Fhir.Validation.Tests.Snapshots;

/// <summary>Snapshots that are made against those that are published with R4, by their facts; what differs has its reason in <c>snapshots.json</c>.</summary>
public sealed class PublishedSnapshotTests
{
    [DefinitionsFact]
    public void Snapshots_of_the_profiles_and_extensions_are_those_published_but_for_the_ones_with_a_reason()
    {
        var baseline = Baseline.Read("snapshots.json");
        var published = Published("profiles-others", "extension-definitions").Where(json => (string?)json["derivation"] == "constraint").ToList();
        var sources = Sample.Source(published.Select(Differential));

        var differing = Differing(published, json => JsonNode.Parse(SnapshotGeneration.Generate(Differential(json), sources))!);

        Compare(baseline, published.Count, differing);
    }

    [DefinitionsFact]
    public void Snapshots_of_the_types_and_resources_themselves_are_those_published_but_for_the_ones_with_a_reason()
    {
        var baseline = Baseline.Read("base-snapshots.json");
        var published = Published("profiles-types", "profiles-resources").ToList();

        var differing = Differing(published, json => new JsonObject
        {
            ["snapshot"] = new JsonObject { ["element"] = SnapshotView.Write(BaseSnapshot.Of(R4Schema.Instance.FindType((string)json["name"]!)!)) },
        });

        Compare(baseline, published.Count, differing);
    }

    private static void Compare(Baseline baseline, int count, Dictionary<string, string> differing)
    {
        var unexpected = differing.Where(each => !baseline.Failing.ContainsKey(each.Key)).Select(each => each.Value).Order(StringComparer.Ordinal).ToList();
        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected));
        Assert.Equal([], baseline.Failing.Keys.Except(differing.Keys));
        Assert.Equal(baseline.Passed, count - differing.Count);
    }

    /// <summary>By url, the first lines that differ.</summary>
    private static Dictionary<string, string> Differing(IReadOnlyList<JsonNode> published, Func<JsonNode, JsonNode> make)
    {
        var differing = new Dictionary<string, string>(StringComparer.Ordinal);
        Parallel.ForEach(published, json =>
        {
            var expected = ElementFacts.Of(json);
            List<string> made;
            try
            {
                made = ElementFacts.Of(make(json));
            }
            catch (FhirException exception)
            {
                made = [exception.Issues[0].Expression + ": " + exception.Message];
            }

            if (expected.SequenceEqual(made)) return;
            var text = $"{json["id"]}:\n{string.Join('\n', expected.Except(made).Take(6).Select(line => "  published " + line))}\n{string.Join('\n', made.Except(expected).Take(6).Select(line => "  made      " + line))}";
            lock (differing) differing[(string)json["id"]!] = text;
        });
        return differing;
    }

    private static ResourceDocument Differential(JsonNode published)
    {
        var json = published.DeepClone().AsObject();
        json.Remove("snapshot");
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static IEnumerable<JsonNode> Published(params string[] names) =>
        from bundle in DefinitionsFolder.Bundles()
        where names.Contains(bundle.Name.Split('.')[0])
        from entry in JsonNode.Parse(bundle.Json)!["entry"]!.AsArray()
        let resource = entry!["resource"]
        where (string?)resource["resourceType"] == "StructureDefinition" && resource["snapshot"] is not null
        select resource;
}
