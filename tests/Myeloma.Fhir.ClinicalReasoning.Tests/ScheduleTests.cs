using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Plans laid out in days.</summary>
public sealed class ScheduleTests
{
    private const string Activity = """{"resourceType":"ActivityDefinition","url":"http://example.org/drug","version":"1","status":"active","kind":"MedicationRequest","productCodeableConcept":{"text":"drug A"},"dosage":[{"text":"1 mg"}]}""";

    private static string Cycle(string repeat, string members) => $$$$"""{"id":"cycle","timingTiming":{"repeat":{{{{{repeat}}}}}},"action":[{{{{members}}}}]}""";

    private static string OnDays(string id, params int[] days) =>
        $$"""{"id":"{{id}}","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{{string.Join(',', days.Select(day => $$"""{"url":"day","valueInteger":{{day}}}"""))}}]}],"definitionCanonical":"http://example.org/drug"}""";

    [Fact]
    public void Each_drug_comes_on_its_days_of_each_cycle_in_the_order_of_days()
    {
        var result = Schedule(Cycle("\"count\":2,\"duration\":21,\"durationUnit\":\"d\"", OnDays("a", 1, 8) + "," + OnDays("b", 1)), "2026-01-05");

        Assert.Equal(["1 2026-01-05 2026-01-25 cycle", "2 2026-01-26 2026-02-15 cycle"], Cycles(result));
        Assert.Equal(["2026-01-05 1/1 a", "2026-01-05 1/1 b", "2026-01-12 1/8 a", "2026-01-26 2/1 a", "2026-01-26 2/1 b", "2026-02-02 2/8 a"], Days(result));
        Assert.Equal(
            """{"name":"administration","part":[{"name":"date","valueDate":"2026-01-05"},{"name":"cycle","valueInteger":1},{"name":"day","valueInteger":1},{"name":"action","valueString":"a"},{"name":"title","valueString":"drug A"},{"name":"definition","valueCanonical":"http://example.org/drug"},{"name":"medication","valueCodeableConcept":{"text":"drug A"}},{"name":"dosage","valueDosage":{"text":"1 mg"}}]}""",
            Named(result, "administration").First()!.ToJsonString());
        Assert.Empty(Outcome(result));
    }

    [Theory]
    [InlineData("2026-01-31", "\"period\":1,\"periodUnit\":\"mo\"", "2026-01-31 2026-02-28 2026-03-31 2026-04-30")]
    [InlineData("2028-01-31", "\"period\":1,\"periodUnit\":\"mo\"", "2028-01-31 2028-02-29 2028-03-31 2028-04-30")]
    [InlineData("2028-02-29", "\"period\":1,\"periodUnit\":\"a\"", "2028-02-29 2029-02-28 2030-02-28 2031-02-28")]
    [InlineData("2028-02-14", "\"period\":2,\"periodUnit\":\"wk\"", "2028-02-14 2028-02-28 2028-03-13 2028-03-27")]
    [InlineData("2100-02-22", "\"duration\":7,\"durationUnit\":\"d\"", "2100-02-22 2100-03-01 2100-03-08 2100-03-15")]
    [InlineData("2026-12-20", "\"duration\":14,\"durationUnit\":\"d\"", "2026-12-20 2027-01-03 2027-01-17 2027-01-31")]
    [InlineData("2026-12-20", "\"duration\":48,\"durationUnit\":\"h\"", "2026-12-20 2026-12-22 2026-12-24 2026-12-26")]
    public void Cycles_keep_their_day_over_ends_of_months_leap_years_and_turns_of_the_year(string start, string repeat, string expected)
    {
        var result = Schedule(Cycle("\"count\":4," + repeat, OnDays("a", 1)), start);

        Assert.Equal(expected, string.Join(' ', Days(result).Select(day => day[..10])));
    }

    /// <remarks>Clocks of Berlin go forward on 29 March 2026 at 2 and back on 25 October 2026 at 3.</remarks>
    [Theory]
    [InlineData("2026-03-28", "09:00", "2026-03-28T09:00:00+01:00 2026-03-29T09:00:00+02:00")]
    [InlineData("2026-03-28", "02:30", "2026-03-28T02:30:00+01:00 2026-03-29T03:00:00+02:00")]
    [InlineData("2026-10-24", "09:00", "2026-10-24T09:00:00+02:00 2026-10-25T09:00:00+01:00")]
    [InlineData("2026-10-24", "02:30", "2026-10-24T02:30:00+02:00 2026-10-25T02:30:00+02:00")]
    public void The_hour_stays_when_the_clocks_change(string start, string time, string expected)
    {
        var request = new ScheduleRequest { Start = DateOnly.Parse(start), Time = TimeOnly.Parse(time), Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };

        var result = Schedule(Cycle("\"count\":1,\"duration\":7,\"durationUnit\":\"d\"", OnDays("a", 1, 2)), request);

        Assert.Equal(expected, string.Join(' ', Named(result, "administration").Select(day => Part(day!, "date"))));
    }

    [Fact]
    public void Cycles_of_several_parts_follow_one_another_and_are_counted_through()
    {
        var plan = Cycle("\"count\":1,\"duration\":28,\"durationUnit\":\"d\"", OnDays("a", 0, 1)) + "," + Cycle("\"count\":3,\"duration\":21,\"durationUnit\":\"d\"", OnDays("a", 1));

        Assert.Equal(["2026-01-04 1/0 a", "2026-01-05 1/1 a", "2026-02-02 2/1 a", "2026-02-23 3/1 a", "2026-03-16 4/1 a"], Days(Schedule(plan, "2026-01-05")));
        Assert.Equal(["2026-01-04 1/0 a", "2026-01-05 1/1 a", "2026-02-02 2/1 a"], Days(Schedule(plan, "2026-01-05", 2)));
        Assert.Equal(["warning incomplete: http://example.org/plan: it states 4 cycles, and 6 were asked for."], Outcome(Schedule(plan, "2026-01-05", 6)));
    }

    [Fact]
    public void A_cycle_without_a_count_is_laid_out_once_or_as_often_as_asked_for()
    {
        var plan = Cycle("\"duration\":28,\"durationUnit\":\"d\"", OnDays("a", 1));

        var (once, thrice) = (Schedule(plan, "2026-01-05"), Schedule(plan, "2026-01-05", 3));

        Assert.Equal(["2026-01-05 1/1 a"], Days(once));
        Assert.Equal(["information informational: http://example.org/plan: how often the cycle is repeated is not stated; it is laid out once. 'cycles' asks for more."], Outcome(once));
        Assert.Equal(["2026-01-05 1/1 a", "2026-02-02 2/1 a", "2026-03-02 3/1 a"], Days(thrice));
        Assert.Empty(Outcome(thrice));
    }

    [Theory]
    [InlineData("\"frequency\":1,\"period\":1,\"periodUnit\":\"d\"", "05 06 07 08 09 10 11")]
    [InlineData("\"frequency\":2,\"period\":1,\"periodUnit\":\"d\"", "05 06 07 08 09 10 11")]
    [InlineData("\"frequency\":1,\"period\":8,\"periodUnit\":\"h\"", "05 06 07 08 09 10 11")]
    [InlineData("\"frequency\":1,\"period\":2,\"periodUnit\":\"d\"", "05 07 09 11")]
    [InlineData("\"count\":4,\"frequency\":2,\"period\":1,\"periodUnit\":\"d\"", "05 06")]
    [InlineData("\"boundsDuration\":{\"value\":3,\"code\":\"d\"},\"frequency\":1,\"period\":1,\"periodUnit\":\"d\"", "05 06 07")]
    [InlineData("\"boundsPeriod\":{\"end\":\"2026-01-07\"},\"frequency\":1,\"period\":1,\"periodUnit\":\"d\"", "05 06 07")]
    [InlineData("\"dayOfWeek\":[\"mon\",\"thu\"]", "05 08")]
    public void Without_days_of_the_cycle_an_action_comes_on_those_of_its_timing(string repeat, string expected)
    {
        var member = $$$$"""{"id":"a","title":"x","timingTiming":{"repeat":{{{{{repeat}}}}}}}""";

        var result = Schedule(Cycle("\"count\":1,\"duration\":7,\"durationUnit\":\"d\"", member), "2026-01-05");

        Assert.Equal(expected, string.Join(' ', Days(result).Select(day => day[8..10])));
    }

    [Fact]
    public void What_states_no_day_is_told_as_such_and_a_plan_without_timing_says_so()
    {
        var result = Schedule("""{"id":"a","title":"give","definitionCanonical":"http://example.org/drug"}""", "2026-01-05");

        Assert.Empty(Days(result));
        Assert.Equal("a", Part(Named(result, "undated").Single()!, "action"));
        Assert.Equal(["information informational: http://example.org/plan: no timing is stated that gives days."], Outcome(result));
    }

    [Fact]
    public void A_choice_is_left_to_who_asks()
    {
        var plan = $$"""{"selectionBehavior":"exactly-one","action":[{{Cycle("\"count\":1,\"duration\":21,\"durationUnit\":\"d\"", OnDays("a", 1)).Replace("\"cycle\"", "\"long\"", StringComparison.Ordinal)}},{{Cycle("\"count\":1,\"duration\":14,\"durationUnit\":\"d\"", OnDays("b", 1)).Replace("\"cycle\"", "\"short\"", StringComparison.Ordinal)}}]}""";

        var (open, chosen) = (Schedule(plan, "2026-01-05"), Schedule(plan, new ScheduleRequest { Start = new DateOnly(2026, 1, 5), Selected = new HashSet<string> { "short" } }));

        Assert.Equal("warning incomplete: http://example.org/plan: there is a choice between long, short, and none of them is laid out; name one by 'select'.", Outcome(open).First());
        Assert.Equal(["2026-01-05 1/1 b"], Days(chosen));
    }

    [Fact]
    public void A_day_behind_the_end_of_its_cycle_is_laid_out_and_told_once()
    {
        var result = Schedule(Cycle("\"count\":2,\"duration\":21,\"durationUnit\":\"d\"", OnDays("a", 22)), "2026-01-05");

        Assert.Equal(["2026-01-26 1/22 a", "2026-02-16 2/22 a"], Days(result));
        Assert.Equal(["warning business-rule: http://example.org/plan: day 22 lies behind the end of a cycle of 21 days."], Outcome(result));
    }

    [Theory]
    [InlineData("\"count\":2000000000,\"duration\":21,\"durationUnit\":\"d\"", "2026-01-05", 1)]
    [InlineData("\"count\":2,\"duration\":21,\"durationUnit\":\"d\"", "9998-12-31", 1)]
    [InlineData("\"count\":1,\"duration\":21,\"durationUnit\":\"d\"", "2026-01-05", int.MaxValue)]
    [InlineData("\"count\":1,\"duration\":21,\"durationUnit\":\"d\"", "2026-01-05", int.MinValue)]
    [InlineData("\"count\":3,\"period\":36000,\"periodUnit\":\"mo\"", "2026-01-05", 1)]
    public void What_goes_on_for_ever_is_refused(string repeat, string start, int day)
    {
        var fault = Assert.Throws<FhirException>(() => Schedule(Cycle(repeat, OnDays("a", day)), start));

        Assert.Equal(IssueType.TooCostly, Assert.Single(fault.Issues).Type);
    }

    [Fact]
    public void A_plan_that_uses_itself_is_laid_out_once()
    {
        var result = Schedule("""{"title":"again","definitionCanonical":"http://example.org/plan"}""", "2026-01-05", null, """{"resourceType":"PlanDefinition","url":"http://example.org/plan","status":"active","action":[]}""");

        Assert.Contains("error business-rule: http://example.org/plan: http://example.org/plan is not followed, because it leads back to itself: http://example.org/plan uses http://example.org/plan.", Outcome(result));
    }

    [ConformanceFact]
    public void A_published_regimen_of_two_parts_is_laid_out_with_its_instructions()
    {
        var plan = ResourceDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite("regimens", "60071000210106.json"))).Root;

        var result = Result(plan, new ScheduleRequest { Start = new DateOnly(2026, 1, 5) }, ApplySources.None);

        Assert.Equal(
            ["1 2026-01-05 2026-02-01", "1 2026-02-02 2026-02-22", "2 2026-02-23 2026-03-15", "3 2026-03-16 2026-04-05", "4 2026-04-06 2026-04-26"],
            Cycles(result).Select(cycle => string.Join(' ', cycle.Split(' ')[..3])));
        var first = Named(result, "administration").First()!;
        Assert.Equal(("2026-01-05", "olanzapine"), (Part(first, "date"), Part(first, "title")));
        Assert.StartsWith("ONE hour prior to chemotherapy.", Part(first, "instructions"), StringComparison.Ordinal);
        Assert.Equal(["2026-02-01", "2026-02-22", "2026-03-15", "2026-04-05"], Named(result, "administration").Where(day => Part(day!, "day") == "0").Select(day => Part(day!, "date")));
        Assert.Empty(Named(result, "undated"));
    }

    [ConformanceFact]
    public void Cycles_are_told_with_their_parts_and_days()
    {
        var plan = ResourceDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite("regimens", "60071000210106.json"))).Root;

        var cycles = new PlanCycles(ApplySources.None).Of(plan);

        Assert.Equal(
            ["Part 1: cISplatin chemoradiation | Cycle 1 - 28 days | 28 days | 1 | 11", "Part 2: cARBOplatin and PACLItaxel | Cycles 1 to 4 - 21 days | 21 days | 4 | 12"],
            cycles.Select(cycle => $"{cycle.Part} | {cycle.Title} | {cycle.Length} | {cycle.Count} | {cycle.Members.Count}"));
        var first = cycles[0].Members[0];
        Assert.Equal(("olanzapine", "5 mg by oral administration", "1 2 3 4 22 23 24 25"), (first.Title, first.Dosage, string.Join(' ', first.Days)));
        Assert.Empty(new PlanCycles(ApplySources.None).Of(Applying.Plan("""{"title":"x"}""")));
    }

    [ConformanceFact]
    public void The_chemotherapy_of_the_specification_comes_in_six_cycles()
    {
        var golden = new GoldenCase(ConformanceFolder.Suite("apply", "spec-kdn5-chemotherapy"));

        var result = Result(golden.Definition.Root, new ScheduleRequest { Start = new DateOnly(2026, 1, 5) }, ApplySources.None);

        Assert.Equal(18, Named(result, "administration").Count());
        Assert.Equal(["2026-01-05 1/1 action-1", "2026-01-05 1/1 action-2", "2026-01-12 1/8 action-1", "2026-01-26 2/1 action-1"], Days(result).Take(4));
    }

    private static JsonObject Schedule(string actions, string start, int? cycles = null, string? other = null) =>
        Result(Applying.Plan(actions), new ScheduleRequest { Start = DateOnly.Parse(start), Cycles = cycles }, other is null ? Applying.Knowing(Activity) : Applying.Knowing(Activity, other));

    private static JsonObject Schedule(string actions, ScheduleRequest request) => Result(Applying.Plan(actions), request, Applying.Knowing(Activity));

    private static JsonObject Result(Element plan, ScheduleRequest request, ApplySources sources)
    {
        var json = new PlanSchedule(sources).Of(plan, request);
        Assert.Equal([], StructuralCheck.Check(ResourceDocument.Parse(json)).Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));
        return JsonNode.Parse(json)!.AsObject();
    }

    private static IEnumerable<JsonNode?> Named(JsonObject result, string name) => result["parameter"]!.AsArray().Where(parameter => parameter!["name"]!.ToString() == name);

    private static string Part(JsonNode parameter, string name) =>
        parameter["part"]!.AsArray().FirstOrDefault(part => part!["name"]!.ToString() == name)?.AsObject().First(each => each.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString() ?? "";

    private static IEnumerable<string> Days(JsonObject result) => Named(result, "administration").Select(day => $"{Part(day!, "date")} {Part(day!, "cycle")}/{Part(day!, "day")} {Part(day!, "action")}");

    private static IEnumerable<string> Cycles(JsonObject result) => Named(result, "cycle").Select(cycle => $"{Part(cycle!, "number")} {Part(cycle!, "start")} {Part(cycle!, "end")} {Part(cycle!, "action")}");

    private static IEnumerable<string> Outcome(JsonObject result) =>
        Named(result, "outcome").SelectMany(outcome => outcome!["resource"]!["issue"]!.AsArray()).Select(issue => $"{issue!["severity"]} {issue["code"]}: {issue["diagnostics"]}");
}
