using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Regimens;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Regimens;

/// <summary>Fingerprints: equal for the same regimen, different for everything clinical that differs.</summary>
public sealed class RegimenFingerprintTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_is_the_same_in_another_order_under_other_names_and_from_other_sources(int seed)
    {
        var generated = new GeneratedRegimen(seed);
        var plan = generated.Plan();
        var other = generated.Shuffled(plan);
        other["title"] = "Another";
        other["identifier"]!.AsArray().Add(GeneratedRegimen.Identifier("XYZ"));
        other["relatedArtifact"]!.AsArray().Add(GeneratedRegimen.Source("third", 4));
        foreach (var cycle in other["action"]!.AsArray()) cycle!["title"] = $"{cycle["title"]} again";

        Assert.Equal(Of(plan), Of(other));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_is_another_one_when_days_doses_routes_qualifiers_lengths_or_numbers_differ(int seed)
    {
        var generated = new GeneratedRegimen(seed);
        var plan = generated.Plan();
        var seen = new HashSet<string> { Of(plan).Regimen };
        Action<JsonObject, JsonObject, JsonObject>[] changes =
        [
            (_, action, _) => action["extension"]!.AsArray()[0] = GeneratedRegimen.Days([23]),
            (_, _, activity) => activity["dosage"]![0]!["doseAndRate"]![0]!["doseQuantity"] = GeneratedRegimen.Quantity(66, "mg"),
            (_, _, activity) => activity["dosage"]![0]!["route"]!["text"] = "under the skin",
            (_, action, _) => action["extension"]!.AsArray().Add(GeneratedRegimen.Qualifier("high-dose", 7)),
            (_, _, activity) => activity["doNotPerform"] = true,
            (whole, _, _) => whole["action"]![0]!["timingTiming"]!["repeat"]!["duration"] = 35,
            (whole, _, _) => whole["action"]![0]!["timingTiming"]!["repeat"]!["count"] = 9,
            (whole, _, _) => whole["action"]![0]!["selectionBehavior"] = "exactly-one",
        ];
        foreach (var change in changes)
        {
            var copy = (JsonObject)plan.DeepClone();
            var (action, activity, _, _) = generated.Member(copy);
            change(copy, action, activity);
            var fingerprint = Of(copy);
            Assert.Equal(Of(plan).Combination, fingerprint.Combination);
            Assert.True(seen.Add(fingerprint.Regimen));
        }
    }

    [Fact]
    public void A_group_of_all_says_what_its_members_say_and_a_drug_more_is_another_combination()
    {
        static RegimenFingerprint Plan(string actions) => RegimenFingerprint.Of(RegimenReading.Of(Applying.Plan(actions), ApplySources.None), drug => drug.Name);
        const string A = """{"code":[{"text":"a"}]}""", B = """{"code":[{"text":"b"}]}""";

        Assert.Equal(Plan($"{A},{B}"), Plan($$"""{"title":"both","selectionBehavior":"all","action":[{{B}},{{A}}]}"""));
        Assert.NotEqual(Plan($"{A},{B}").Regimen, Plan($$"""{"selectionBehavior":"any","action":[{{A}},{{B}}]}""").Regimen);
        Assert.NotEqual(Plan($"{A},{B}").Combination, Plan(A).Combination);
        Assert.StartsWith("1:", Plan(A).Combination, StringComparison.Ordinal);

        // What was made by this rule once has to stay: others may have kept it.
        Assert.Equal(("1:ca978112ca1bbdcafac231b39a23dc4d", "1:d8a9451d3172b7bd3cc633683c072fee"), (Plan(A).Combination, Plan(A).Regimen));
    }

    private static RegimenFingerprint Of(JsonObject plan) => RegimenFingerprint.Of(RegimenReading.Of(Applying.Parsed(plan.ToJsonString()), ApplySources.None), drug => drug.Codings.Count > 0 ? drug.Codings[0].Code : drug.Name);
}
