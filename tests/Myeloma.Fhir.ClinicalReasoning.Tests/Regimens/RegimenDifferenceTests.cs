using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Regimens;

/// <summary>Regimens compared as a person reads them.</summary>
public sealed class RegimenDifferenceTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_plan_in_another_order_under_other_ids_and_at_other_places_has_no_differences(int seed)
    {
        var generated = new GeneratedRegimen(seed);
        var plan = generated.Plan();

        Assert.Equal([], Between(plan, generated.Shuffled(plan)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Of_a_plan_that_was_shuffled_and_changed_in_one_thing_exactly_that_is_told(int seed)
    {
        for (var mutation = 0; mutation < 15; mutation++)
        {
            var generated = new GeneratedRegimen(seed);
            var plan = generated.Plan();
            var changed = (JsonObject)plan.DeepClone();
            var expected = Mutate(mutation, generated, changed);

            Assert.Equal(expected, Between(plan, generated.Shuffled(changed)));
        }
    }

    private static string[] Mutate(int mutation, GeneratedRegimen generated, JsonObject plan)
    {
        var (action, activity, siblings, cycle) = generated.Member(plan);
        var (drug, dosage) = (action["title"]!.ToString(), activity["dosage"]![0]!);
        var dose = $"{dosage["doseAndRate"]![0]!["doseQuantity"]!["value"]} mg/m2";
        var days = action["extension"]![0]!.AsObject();
        var now = DayWords.Of(days["extension"]!.AsArray().Select(day => day!["valueInteger"]!.GetValue<int>()));
        var summary = $"{drug}, low-dose, {dose}, {dosage["route"]!["text"]}, {now}";
        switch (mutation)
        {
            case 0:
                action["extension"]!.AsArray()[0] = GeneratedRegimen.Days([23, 25]);
                return [$"Changed days of {drug} {dose} in {cycle}: {now} -> days 23, 25"];
            case 1:
                dosage["doseAndRate"]![0]!["doseQuantity"] = GeneratedRegimen.Quantity(77.5m, "mg/m2");
                return [$"Changed dose of {drug} in {cycle}: {dose} -> 77.5 mg/m2"];
            case 2:
                dosage["doseAndRate"]![0]!["doseQuantity"]!["unit"] = "mg";
                return [$"Changed dose of {drug} in {cycle}: {dose} -> {dose[..^3]}"];
            case 3:
                var route = dosage["route"]!["text"]!.ToString();
                dosage["route"]!["text"] = "under the skin";
                return [$"Changed route of {drug} {dose} in {cycle}: {route} -> under the skin"];
            case 4:
                siblings.Remove(action);
                return [$"Removed member of {drug} in {cycle}: {summary} -> "];
            case 5:
                action["extension"]!.AsArray().Add(GeneratedRegimen.Qualifier("high-dose", 70));
                return [$"Added qualifier of {drug} {dose} in {cycle}:  -> high-dose"];
            case 6:
                action["code"]![0]!["coding"]![0]!["code"] = "d9";
                action["code"]![0]!["coding"]![1]!["code"] = "x9";
                return [$"Added member of {drug} in {cycle}:  -> {summary}", $"Removed member of {drug} in {cycle}: {summary} -> "];
            case 7:
                plan["identifier"]!.AsArray().Add(GeneratedRegimen.Identifier("XYZ"));
                return ["Added abbreviation:  -> XYZ"];
            case 8:
                plan["relatedArtifact"]!.AsArray().RemoveAt(1);
                return ["Removed source: derived-from: two -> ", "Removed mention: abbreviation AB in two -> "];
            case 9:
                var first = plan["action"]![0]!;
                first["extension"]!.AsArray()[0] = GeneratedRegimen.Requirement(8, "worked", 4);
                return ["Changed requirement in Cycle 1: at least 1 earlier treatment; worked -> at least 8 earlier treatments; worked"];
            case 10:
                plan["action"]![0]!["timingTiming"]!["repeat"]!["duration"] = 28;
                return ["Changed length in Cycle 1: 21 days -> 28 days"];
            case 11:
                plan["action"]![0]!["timingTiming"]!["repeat"]!["count"] = 9;
                return ["Changed repeats in Cycle 1: once -> 9 times"];
            case 12:
                plan["title"] = "Another name";
                return ["Changed title: Plan -> Another name"];
            case 13:
                plan["action"]![0]!["selectionBehavior"] = "any";
                return ["Added selection in Cycle 1:  -> any"];
            default:
                activity["doNotPerform"] = true;
                return [$"Added doNotPerform of {drug} {dose} in {cycle}:  -> true"];
        }
    }

    [Fact]
    public void Days_that_changed_are_told_with_drug_and_dose_and_their_places_on_both_sides()
    {
        static string Plan(string days) => $$$"""
            {"resourceType":"PlanDefinition","status":"draft","contained":[{"resourceType":"ActivityDefinition","id":"b","status":"draft","dosage":[{"doseAndRate":[{"doseQuantity":{"value":1.30,"unit":"mg/m²"}}]}]}],
             "action":[{"title":"Cycle","timingTiming":{"repeat":{"period":21,"periodUnit":"d"}},"action":[
               {"code":[{"text":"bortezomib"}],"definitionCanonical":"#b","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{{{days}}}]}]}]}]}
            """;
        static string Days(params int[] days) => string.Join(',', days.Select(day => $$"""{"url":"day","valueInteger":{{day}}}"""));

        var change = Assert.Single(Changes(Applying.Parsed(Plan(Days(1, 4, 8, 11))), Applying.Parsed(Plan(Days(1, 8, 15, 22)))));

        Assert.Equal(
            (RegimenChangeKind.Changed, "days", "Cycle", "bortezomib 1.3 mg/m²", "days 1, 4, 8, 11", "days 1, 8, 15, 22"),
            (change.Kind, change.What, change.Part, change.Subject, change.Before, change.After));
        Assert.Equal("PlanDefinition.action[0].action[0].extension[0]", change.AfterPlace!.Value.Document.ExpressionOf(change.AfterPlace.Value));
    }

    [Fact]
    public void Doses_of_two_dosages_do_not_change_places_unseen()
    {
        static JsonObject Plan(string first, string second) => JsonNode.Parse($$$"""
            {"resourceType":"PlanDefinition","status":"draft","contained":[{"resourceType":"ActivityDefinition","id":"a","status":"draft","dosage":[
              {"route":{"text":"by mouth"},"doseAndRate":[{"doseQuantity":{"value":{{{first}}},"unit":"mg"}}]},{"route":{"text":"into a vein"},"doseAndRate":[{"doseQuantity":{"value":{{{second}}},"unit":"mg"}}]}]}],
             "action":[{"title":"a","definitionCanonical":"#a"}]}
            """)!.AsObject();

        Assert.Equal(
            ["Removed dosage of a: 1 mg, by mouth -> ", "Removed dosage of a: 2 mg, into a vein -> ", "Added dosage of a:  -> 2 mg, by mouth", "Added dosage of a:  -> 1 mg, into a vein"],
            Between(Plan("1", "2"), Plan("2", "1")));
    }

    [Fact]
    public void The_order_of_cycles_counts_and_a_cycle_that_is_new_is_told_with_what_is_in_it()
    {
        static string Cycle(string title, string drug) => $$$"""{"title":"{{{title}}}","timingTiming":{"repeat":{"duration":21,"durationUnit":"d"}},"action":[{"code":[{"text":"{{{drug}}}"}]}]}""";
        static JsonObject Plan(params string[] cycles) => JsonNode.Parse($$"""{"resourceType":"PlanDefinition","status":"draft","action":[{{string.Join(',', cycles)}}]}""")!.AsObject();
        var (one, two, three) = (Cycle("First", "a"), Cycle("Second", "b"), Cycle("Third", "c"));

        Assert.Equal(["Changed order: First, Second -> Second, First"], Between(Plan(one, two), Plan(two, one)));
        Assert.Equal(["Added part in Third:  -> Third; c"], Between(Plan(one, two), Plan(one, three, two)));
        Assert.Equal(["Removed part in First: First; a -> "], Between(Plan(one, two), Plan(two)));
        Assert.Equal(["Changed title in Later: Second -> Later"], Between(Plan(one, two), Plan(one, Cycle("Later", "b"))));
    }

    [Fact]
    public void What_is_in_plans_and_activities_that_a_plan_uses_is_compared_and_one_that_is_not_known_by_its_canonical()
    {
        var sources = Applying.Knowing(
            """{"resourceType":"PlanDefinition","url":"http://example.org/part","version":"1","status":"active","title":"Part","action":[{"definitionCanonical":"http://example.org/give|1"}]}""",
            """{"resourceType":"PlanDefinition","url":"http://example.org/part","version":"2","status":"active","title":"Part","action":[{"definitionCanonical":"http://example.org/give|2"}]}""",
            """{"resourceType":"ActivityDefinition","url":"http://example.org/give","version":"1","status":"active","productCodeableConcept":{"text":"x"},"dosage":[{"text":"one tablet"}]}""",
            """{"resourceType":"ActivityDefinition","url":"http://example.org/give","version":"2","status":"active","productCodeableConcept":{"text":"x"},"dosage":[{"text":"two tablets"}]}""");
        var (one, two) = (Applying.Plan("""{"definitionCanonical":"http://example.org/part|1"},{"title":"y","definitionCanonical":"http://example.org/none|1"}"""), Applying.Plan("""{"title":"y","definitionCanonical":"http://example.org/none|2"},{"definitionCanonical":"http://example.org/part|2"}"""));

        var changes = RegimenDifference.Between(RegimenReading.Of(one, sources), RegimenReading.Of(two, sources));

        Assert.Equal(
            ["Changed definition of y: http://example.org/none|1 -> http://example.org/none|2", "Changed dose of x in Part: one tablet -> two tablets"], changes.Select(Line));
        Assert.Equal("ActivityDefinition.dosage[0].text", changes[1].AfterPlace!.Value.Document.ExpressionOf(changes[1].AfterPlace!.Value));
    }

    [Fact]
    public void A_plan_that_uses_itself_and_two_that_differ_in_everything_come_to_an_end()
    {
        var circle = """{"resourceType":"PlanDefinition","url":"http://example.org/plan","status":"active","action":[{"definitionCanonical":"http://example.org/plan"}]}""";
        Assert.Single(RegimenReading.Of(Applying.Parsed(circle), Applying.Knowing(circle)).Parts);

        static Element Large(string text) => Applying.Plan(string.Join(',', Enumerable.Range(0, 1_500).Select(number => $$"""{"title":"x","description":"{{text}}{{number}}"}""")));
        var fault = Assert.Throws<FhirException>(() => Changes(Large("a"), Large("b")));
        Assert.Equal("1,500 actions on the one side and 1,500 on the other differ; up to 1,000,000 pairs of them are compared.", fault.Issues[0].Diagnostics);
    }

    private static IReadOnlyList<RegimenChange> Changes(Element before, Element after) => RegimenDifference.Between(RegimenReading.Of(before, ApplySources.None), RegimenReading.Of(after, ApplySources.None));

    private static IEnumerable<string> Between(JsonObject before, JsonObject after) => Changes(Applying.Parsed(before.ToJsonString()), Applying.Parsed(after.ToJsonString())).Select(Line);

    private static string Line(RegimenChange change) =>
        $"{change.Kind} {change.What}{(change.Subject is null ? "" : $" of {change.Subject}")}{(change.Part is null ? "" : $" in {change.Part}")}: {change.Before} -> {change.After}";
}
