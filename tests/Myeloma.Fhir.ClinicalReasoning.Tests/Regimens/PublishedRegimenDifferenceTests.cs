using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Regimens;

/// <summary>Regimens that a country publishes, written in another order, and with one thing changed.</summary>
public sealed class PublishedRegimenDifferenceTests
{
    [ConformanceFact]
    public void Parts_that_are_contained_plans_are_compared_member_by_member_in_any_order()
    {
        var (plan, other) = (Read("60071000210106.json"), Read("60071000210106.json"));
        foreach (var part in other["contained"]!.AsArray())
        {
            Reverse(part!["contained"]!.AsArray());
            foreach (var cycle in part["action"]!.AsArray()) Reverse(cycle!["action"]!.AsArray());
        }

        var (before, after) = (Content(plan), Content(other));
        Assert.Equal(5, before.Parts.Count);
        Assert.Equal([], RegimenDifference.Between(before, after));
        Assert.Equal(Fingerprint(before), Fingerprint(after));

        var dose = other["contained"]![1]!["contained"]!.AsArray().Single(activity => activity!["productCodeableConcept"]!["text"]!.ToString() == "PACLItaxel")!["dosage"]![0]!["doseAndRate"]![0]!["doseQuantity"]!;
        var was = dose["value"]!.ToString();
        dose["value"] = 999;
        var change = Assert.Single(RegimenDifference.Between(before, Content(other)));
        Assert.Equal((RegimenChangeKind.Changed, "dose", "PACLItaxel"), (change.Kind, change.What, change.Subject));
        Assert.StartsWith(was, change.Before, StringComparison.Ordinal);
        Assert.StartsWith("999", change.After, StringComparison.Ordinal);
        Assert.NotEqual(Fingerprint(before).Regimen, Fingerprint(Content(other)).Regimen);
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllBytes(ConformanceFolder.Suite("regimens", file)))!.AsObject();

    private static RegimenContent Content(JsonObject plan) => RegimenReading.Of(Applying.Parsed(plan.ToJsonString()), ApplySources.None);

    private static RegimenFingerprint Fingerprint(RegimenContent content) => RegimenFingerprint.Of(content, drug => drug.Codings.Count > 0 ? drug.Codings[0].Code : drug.Name);

    private static void Reverse(JsonArray array)
    {
        var items = array.Select(item => item!.DeepClone()).Reverse().ToList();
        array.Clear();
        foreach (var item in items) array.Add(item);
    }
}
