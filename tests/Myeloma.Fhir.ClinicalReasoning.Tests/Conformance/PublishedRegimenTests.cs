using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;

/// <summary>Regimens with cycles and days that a country publishes: all of their members become requests, where they stood and with what was said about them.</summary>
public sealed class PublishedRegimenTests
{
    private const string Days = "http://hl7.org.nz/fhir/StructureDefinition/sact-timing-of-days";

    /// <summary>Cycles and members: title or description, length, number, and of members the drug and the days.</summary>
    [ConformanceFact]
    public void A_regimen_of_one_part_keeps_its_cycle_and_the_days_of_each_drug()
    {
        var plan = Applied("52401000210103.json");

        Assert.Equal(["requestgroup", "action-1.1", "action-1.2", "action-1.3"], Applying.Ids(plan));
        Assert.Equal(
            ["Cycle 1 (and all further cycles) - 28 days; 28 d", "alectinib: 600 mg flat Twice daily by oral administration; 1 to 28", "loperamide: 2 mg flat by oral administration; 1 to 1", "domperidone: 10 mg flat Three times daily by oral administration; 1 to 1"],
            Described(plan, Applying.Contained(plan, "requestgroup")));
    }

    /// <remarks>Its parts are contained plans which contain activities themselves; R4 does not allow that (dom-2), and does not make it any less clear what is meant.</remarks>
    [ConformanceFact]
    public void A_regimen_of_two_parts_keeps_both_with_all_their_drugs()
    {
        var plan = Applied("60071000210106.json");

        Assert.Empty(Applying.Issues(plan));
        Assert.Equal(
            ["Part 1: cISplatin chemoradiation", "Part 2: cARBOplatin and PACLItaxel"],
            Applying.Contained(plan, "requestgroup")["action"]!.AsArray().Select(action => action!["title"]!.ToString()));
        Assert.Equal(
            ["Cycle 1 - 28 days; 28 d", "olanzapine: 5 mg by oral administration; 1 to 25", "aprepitant: 125 mg by oral administration; 1 to 22", "aprepitant: 80 mg by oral administration; 2 to 24"],
            Described(plan, Applying.Contained(plan, "requestgroup-1")).Take(4));
        Assert.Equal(
            ["Cycles 1 to 4 - 21 days; 21 d times 4", "dexamethasone: 20 mg by oral administration; 0 to 0", "aprepitant: 125 mg by oral administration; 1 to 1"],
            Described(plan, Applying.Contained(plan, "requestgroup-2")).Take(3));
        Assert.Equal(12, Described(plan, Applying.Contained(plan, "requestgroup-1")).Count());
        Assert.Equal(13, Described(plan, Applying.Contained(plan, "requestgroup-2")).Count());
    }

    [ConformanceFact]
    public void A_plan_that_was_replaced_and_an_activity_without_a_kind_apply_as_far_as_they_say_something()
    {
        var plan = Applied("PlanDefinition-SuperceededPlan.json");
        var request = JsonNode.Parse(new ActivityDefinitionApply(ApplySources.None).Apply(Read("ActivityDefinition-ActTragacanth.json"), Applying.Request))!.AsObject();

        Assert.Equal("Here would be the details of this plan.", Applying.Contained(plan, "requestgroup")["action"]![0]!["description"]!.ToString());
        Assert.Equal(
            ("MedicationRequest", "Tragacanth", "3 mg over 3 hours by IV infusion"),
            (request["resourceType"]!.ToString(), request["medicationCodeableConcept"]!["coding"]![0]!["display"]!.ToString(), request["dosageInstruction"]![0]!["text"]!.ToString()));
    }

    private static Element Read(string file) => ResourceDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite("regimens", file))).Root;

    private static JsonObject Applied(string file) => Applying.CarePlan(Read(file));

    private static IEnumerable<string> Described(JsonObject plan, JsonObject group) => group["action"]!.AsArray().SelectMany(cycle => Members(plan, cycle!).Prepend(Cycle(cycle!)));

    private static string Cycle(JsonNode cycle)
    {
        var repeat = cycle["timingTiming"]!["repeat"]!;
        return $"{cycle["description"]}; {repeat["duration"]} {repeat["durationUnit"]}{(repeat["count"]?.ToString() is { } count and not "1" ? " times " + count : "")}";
    }

    private static IEnumerable<string> Members(JsonObject plan, JsonNode cycle) => cycle["action"]!.AsArray().Select(member =>
    {
        var request = Applying.Contained(plan, member!["resource"]!["reference"]!.ToString()[1..]);
        var days = member["extension"]!.AsArray().Where(extension => extension!["url"]!.ToString() == Days).Select(extension => extension!["extension"]![0]!["valueInteger"]!.ToString()).ToList();
        return $"{request["medicationCodeableConcept"]!["text"]}: {request["dosageInstruction"]![0]!["text"]}; {days[0]} to {days[^1]}";
    });
}
