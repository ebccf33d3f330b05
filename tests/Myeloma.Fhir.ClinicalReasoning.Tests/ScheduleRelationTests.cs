using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Actions laid out in days that are counted from other actions. https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.relatedAction</summary>
public sealed class ScheduleRelationTests
{
    private static readonly ScheduleRequest Request = new() { Start = new DateOnly(2026, 1, 5) };

    private static string On(string id, params int[] days) =>
        $$"""{"id":"{{id}}","title":"{{id}}","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{{string.Join(',', days.Select(day => $$"""{"url":"day","valueInteger":{{day}}}"""))}}]}]}""";

    private static string Related(string id, string relationship, string to, string? offset = null, string more = "") =>
        $$"""{"id":"{{id}}","title":"{{id}}",{{more}}"relatedAction":[{{Relation(relationship, to, offset)}}]}""";

    private static string Relation(string relationship, string to, string? offset = null) => $$"""{"actionId":"{{to}}","relationship":"{{relationship}}"{{(offset is null ? "" : "," + offset)}}}""";

    private static string Offset(string value, string unit) => $$$"""  "offsetDuration":{"value":{{{value}}},"unit":"{{{unit}}}","system":"http://unitsofmeasure.org","code":"{{{unit}}}"}""";

    private static string Range(string? low, string? high) =>
        "\"offsetRange\":{" + string.Join(',', new[] { ("low", low), ("high", high) }.Where(each => each.Item2 is not null).Select(each => $$"""  "{{each.Item1}}":{"value":{{each.Item2}},"code":"d","system":"http://unitsofmeasure.org"}""")) + "}";

    private static string Cycle(string members, int count = 2, string id = "cycle", string more = "") =>
        $$$$"""{"id":"{{{{id}}}}",{{{{more}}}}"timingTiming":{"repeat":{"count":{{{{count}}}},"duration":21,"durationUnit":"d"}},"action":[{{{{members}}}}]}""";

    [Theory]
    [InlineData("before-start", "2026-01-03 1/-1 b; 2026-01-05 1/1 a; 2026-01-12 1/8 a")]
    [InlineData("before", "2026-01-03 1/-1 b; 2026-01-05 1/1 a; 2026-01-12 1/8 a")]
    [InlineData("before-end", "2026-01-05 1/1 a; 2026-01-10 1/6 b; 2026-01-12 1/8 a")]
    [InlineData("after-start", "2026-01-05 1/1 a; 2026-01-07 1/3 b; 2026-01-12 1/8 a")]
    [InlineData("after-end", "2026-01-05 1/1 a; 2026-01-12 1/8 a; 2026-01-14 1/10 b")]
    [InlineData("after", "2026-01-05 1/1 a; 2026-01-12 1/8 a; 2026-01-14 1/10 b")]
    public void An_offset_is_counted_from_the_first_or_the_last_day_of_the_other_action(string relationship, string expected)
    {
        Assert.Equal(expected, Days(Schedule(Cycle(On("a", 1, 8) + "," + Related("b", relationship, "a", Offset("2", "d")), 1))));
        Assert.Equal(expected, Days(Schedule(Cycle(Related("b", relationship, "a", Offset("2", "d")) + "," + On("a", 1, 8), 1))));
    }

    [Theory]
    [InlineData("concurrent", "2026-01-05 1/1 a; 2026-01-05 1/1 b; 2026-01-12 1/8 a; 2026-01-12 1/8 b")]
    [InlineData("concurrent-with-start", "2026-01-05 1/1 a; 2026-01-05 1/1 b; 2026-01-12 1/8 a")]
    [InlineData("concurrent-with-end", "2026-01-05 1/1 a; 2026-01-12 1/8 a; 2026-01-12 1/8 b")]
    public void What_is_done_together_has_the_days_of_the_other_action(string relationship, string expected) =>
        Assert.Equal(expected, Days(Schedule(Cycle(On("a", 1, 8) + "," + Related("b", relationship, "a"), 1))));

    [Fact]
    public void In_each_cycle_it_is_counted_from_the_action_of_the_same_cycle()
    {
        var result = Schedule(Cycle(Related("b", "after-start", "a", Offset("1", "wk")) + "," + On("a", 1)));

        Assert.Equal("2026-01-05 1/1 a; 2026-01-12 1/8 b; 2026-01-26 2/1 a; 2026-02-02 2/8 b", Days(result));
        Assert.Empty(Outcome(result));
    }

    [Theory]
    [InlineData("2026-01-31", "1", "mo", "2026-02-28")]
    [InlineData("2028-01-31", "1", "mo", "2028-02-29")]
    [InlineData("2028-02-29", "1", "a", "2029-02-28")]
    [InlineData("2100-02-22", "7", "d", "2100-03-01")]
    [InlineData("2028-02-22", "1", "wk", "2028-02-29")]
    [InlineData("2026-12-31", "48", "h", "2027-01-02")]
    public void Months_and_days_go_by_the_calendar(string start, string value, string unit, string expected) =>
        Assert.Equal($"{start} / a; {expected} / b", Days(Schedule(On("a", 1) + "," + Related("b", "after", "a", Offset(value, unit)), Request with { Start = DateOnly.Parse(start) })));

    /// <remarks>Clocks of Berlin go forward on 29 March 2026 at 2.</remarks>
    [Theory]
    [InlineData("after", "1", "d", "2026-03-28T20:00:00+01:00 2026-03-29T20:00:00+02:00")]
    [InlineData("after", "24", "h", "2026-03-28T20:00:00+01:00 2026-03-29T20:00:00+02:00")]
    [InlineData("after", "12", "h", "2026-03-28T20:00:00+01:00 2026-03-29T09:00:00+02:00")]
    [InlineData("before", "30", "min", "2026-03-28T19:30:00+01:00 2026-03-28T20:00:00+01:00")]
    [InlineData("after", "25.5", "h", "2026-03-28T20:00:00+01:00 2026-03-29T21:30:00+02:00")]
    public void Days_keep_the_hour_when_the_clocks_change_and_hours_their_length(string relationship, string value, string unit, string expected)
    {
        var request = Request with { Start = new DateOnly(2026, 3, 28), Time = new TimeOnly(20, 0), Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };

        var result = Schedule(On("a", 1) + "," + Related("b", relationship, "a", Offset(value, unit)), request);

        Assert.Equal(expected, string.Join(' ', Named(result, "administration").Select(day => Part(day!, "date"))));
    }

    [Fact]
    public void Less_than_a_day_is_told_and_not_counted_without_a_time_of_day()
    {
        var result = Schedule(On("a", 1) + "," + Related("b", "before", "a", Offset("30", "min")));

        Assert.Equal("2026-01-05 / a; 2026-01-05 / b", Days(result));
        Assert.Equal(["information informational PlanDefinition.action[1].relatedAction[0]: http://example.org/plan: the relation before 'a' says less than a day, which is not counted without a time of day in 'start'."], Outcome(result));
    }

    [Theory]
    [InlineData("after", "2", "4", "2026-01-07 to 2026-01-09")]
    [InlineData("before", "2", "4", "2026-01-01 to 2026-01-03")]
    [InlineData("after", null, "4", "2026-01-05 to 2026-01-09")]
    [InlineData("before", null, "4", "2026-01-01 to 2026-01-05")]
    [InlineData("after", "3", "3", "2026-01-08")]
    public void A_range_leaves_all_of_its_days(string relationship, string? low, string? high, string expected)
    {
        var result = Schedule(On("a", 1) + "," + Related("b", relationship, "a", Range(low, high)));

        var day = Named(result, "administration").Single(each => Part(each!, "action") == "b")!;
        Assert.Equal(expected, Part(day, "date") + (Part(day, "latest") is { Length: > 0 } latest ? " to " + latest : ""));
    }

    [Fact]
    public void A_chain_is_counted_through_whatever_its_order_and_takes_ranges_along()
    {
        var result = Schedule(string.Join(',', Related("d", "after", "c", Offset("1", "d")), Related("c", "after", "b", Range("1", "2")), Related("b", "before", "a", Offset("3", "d")), On("a", 1)));

        Assert.Equal("2026-01-02 / b; 2026-01-03 / c; 2026-01-04 / d; 2026-01-05 / a", Days(result));
        Assert.Equal(["2026-01-04", "2026-01-05"], Named(result, "administration").Select(day => Part(day!, "latest")).Where(latest => latest.Length > 0));
    }

    [Fact]
    public void A_part_of_a_plan_begins_where_its_relation_says_with_its_cycles()
    {
        var second = Cycle(On("b", 1), 1, "second", $$""" "relatedAction":[{{Relation("after-end", "first", Offset("2", "wk"))}}],""");
        var first = Cycle(On("a", 1), 2, "first");

        var (behind, before) = (Schedule(first + "," + second), Schedule(second + "," + first));

        Assert.Equal("2026-01-05 1/1 a; 2026-01-26 2/1 a; 2026-03-01 3/1 b", Days(behind));
        Assert.Equal(Days(behind), Days(before));
        Assert.Equal(["1 2026-01-05 2026-01-25 first", "2 2026-01-26 2026-02-15 first", "3 2026-03-01 2026-03-21 second"], Cycles(behind));
    }

    [Fact]
    public void What_stands_outside_of_cycles_is_counted_from_the_first_or_last_of_all_and_what_stands_in_one_from_its_cycle()
    {
        var result = Schedule(Cycle(On("a", 1) + "," + Related("start", "after-start", "cycle", Offset("3", "d"))) + "," + Related("end", "after-end", "a", Offset("10", "d")));

        Assert.Equal("2026-01-05 1/1 a; 2026-01-08 1/4 start; 2026-01-26 2/1 a; 2026-01-29 2/4 start; 2026-02-05 / end", Days(result));
    }

    [Fact]
    public void A_timing_begins_with_the_day_that_the_relation_gives()
    {
        var daily = """ "timingTiming":{"repeat":{"count":3,"frequency":1,"period":1,"periodUnit":"d"}},""";

        Assert.Equal("2026-01-05 / a; 2026-01-07 / b; 2026-01-08 / b; 2026-01-09 / b", Days(Schedule(On("a", 1) + "," + Related("b", "after", "a", Offset("2", "d"), daily))));
    }

    [Fact]
    public void What_fits_several_relations_is_taken_and_contradictions_are_told()
    {
        string Both(string first, string second) => $$"""{"id":"c","title":"c","relatedAction":[{{Relation("after", "a", first)}},{{Relation("before", "b", second)}}]}""";
        var actions = On("a", 1) + "," + On("b", 8) + ",";

        var (fits, not) = (Schedule(actions + Both(Range("1", "5"), Range("1", "4"))), Schedule(actions + Both(Offset("1", "d"), Offset("1", "d"))));

        var day = Named(fits, "administration").Single(each => Part(each!, "action") == "c")!;
        Assert.Equal(("2026-01-08", "2026-01-10"), (Part(day, "date"), Part(day, "latest")));
        Assert.Equal(["c"], Named(not, "undated").Select(each => Part(each!, "action")));
        Assert.Equal(["information informational PlanDefinition.action[2].relatedAction[0]: http://example.org/plan: the relation after 'a' gives no day, because no day fits the other relations of the action, too."], Outcome(not));
    }

    [Fact]
    public void Relations_that_lead_back_to_themselves_are_refused_and_the_rest_is_laid_out()
    {
        var result = Schedule(string.Join(',', On("z", 1), Related("a", "after", "b", Offset("1", "d")), Related("b", "after", "c", Offset("1", "d")), Related("c", "before", "a", Offset("1", "d")), Related("d", "after", "c", Offset("1", "d")), Related("e", "after", "e", Offset("1", "d"))));

        Assert.Equal("2026-01-05 / z", Days(result));
        Assert.Equal(["a", "b", "c", "d", "e"], Named(result, "undated").Select(each => Part(each!, "action")).Order());
        Assert.Equal(
            [
                "error business-rule PlanDefinition.action[1].relatedAction[0]: http://example.org/plan: the relation after 'b' is not followed, because it leads back to itself: a to b to c to a.",
                "error business-rule PlanDefinition.action[2].relatedAction[0]: http://example.org/plan: the relation after 'c' is not followed, because it leads back to itself: a to b to c to a.",
                "error business-rule PlanDefinition.action[3].relatedAction[0]: http://example.org/plan: the relation before 'a' is not followed, because it leads back to itself: a to b to c to a.",
                "information informational PlanDefinition.action[4].relatedAction[0]: http://example.org/plan: the relation after 'c' gives no day, because 'c' has no day.",
                "information informational PlanDefinition.action[5].relatedAction[0]: http://example.org/plan: the relation after 'e' gives no day, because it leads back to itself.",
            ],
            Outcome(result).Order(StringComparer.Ordinal).OrderBy(issue => issue[(issue.IndexOf('[', StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public void A_long_circle_is_told_by_its_first_actions()
    {
        var result = Schedule(string.Join(',', Enumerable.Range(0, 300).Select(index => Related($"a{index}", "after", $"a{(index + 1) % 300}", Offset("1", "d")))));

        Assert.Equal(300, Named(result, "undated").Count());
        Assert.Equal(300, Outcome(result).Count(issue => issue.EndsWith("it leads back to itself: a0 to a1 to a2 to a3 to a4 to a5 to a6 to a7 to a8 to a9 and 291 more.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("after", "nothing", null, "gives no day, because it is not stated how long.")]
    [InlineData("after", "nothing", "1 d", "gives no day, because there is no action 'nothing' among those that are laid out.")]
    [InlineData("after", "none", "1 d", "gives no day, because 'none' has no day.")]
    [InlineData("after", "a", null, "gives no day, because it is not stated how long.")]
    [InlineData("after", "a", "1.5 mo", "gives no day, because its offset is no length of time that can be counted.")]
    [InlineData("after", "a", "1 kg", "gives no day, because its offset is no length of time that can be counted.")]
    [InlineData("concurrent", "a", "1 d", "gives no day, because an offset to what happens at the same time has no direction.")]
    [InlineData("after", "in", "1 d", "gives no day, because 'in' is not in the same cycle.")]
    [InlineData("after", "group", "1 d", "gives no day, because the action is part of 'group'.")]
    public void What_gives_no_day_is_told_and_not_guessed(string relationship, string to, string? offset, string expected)
    {
        var parts = offset?.Split(' ');
        var action = Related("b", relationship, to, parts is null ? null : Offset(parts[0], parts[1]));
        var inside = to == "in" ? Cycle(action, 1, "other") : to == "group" ? $$"""{"id":"group","action":[{{action}}]}""" : action;

        var result = Schedule(string.Join(',', On("a", 1), """{"id":"none","title":"none"}""", Cycle(On("in", 1), 1), inside));

        Assert.Contains("b", Named(result, "undated").Select(each => Part(each!, "action")));
        Assert.EndsWith($"the relation {relationship} '{to}' {expected}", Assert.Single(Outcome(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_without_an_upper_limit_gives_no_day()
    {
        var result = Schedule(On("a", 1) + "," + Related("b", "after", "a", Range("2", null)));

        Assert.Equal("2026-01-05 / a", Days(result));
        Assert.EndsWith("the relation after 'a' gives no day, because its offset has no upper limit.", Assert.Single(Outcome(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Days_of_its_own_stay_and_a_part_without_a_day_leaves_its_actions_undated()
    {
        var own = On("b", 3).Replace("\"title\"", $"\"relatedAction\":[{Relation("after", "a", Offset("9", "d"))}],\"title\"", StringComparison.Ordinal);
        var part = $$"""{"id":"part","relatedAction":[{{Relation("after", "gone", Offset("1", "d"))}}],"action":[{{On("c", 1)}},{{On("d", 2)}}]}""";

        var result = Schedule(string.Join(',', On("a", 1), own, part));

        Assert.Equal("2026-01-05 / a; 2026-01-07 / b", Days(result));
        Assert.Equal(["c", "d"], Named(result, "undated").Select(each => Part(each!, "action")));
        Assert.Equal(
            ["the relation after 'a' is not looked at, because the action states its days itself.", "the relation after 'gone' gives no day, because there is no action 'gone' among those that are laid out."],
            Outcome(result).Select(issue => issue[(issue.IndexOf("the relation", StringComparison.Ordinal))..]));
    }

    [Theory]
    [InlineData("after", "30000", "a")]
    [InlineData("before", "3000", "a")]
    [InlineData("before", "800000", "d")]
    public void What_leaves_the_calendar_is_refused_or_told(string relationship, string value, string unit)
    {
        var actions = On("a", 1) + "," + Related("b", relationship, "a", Offset(value, unit));

        var fault = Record.Exception(() => Assert.Contains("can be counted", Assert.Single(Outcome(Schedule(actions))), StringComparison.Ordinal));

        if (fault is not null) Assert.Equal(IssueType.TooCostly, Assert.Single(Assert.IsType<FhirException>(fault).Issues).Type);
    }

    private static JsonObject Schedule(string actions, ScheduleRequest? request = null)
    {
        var json = new PlanSchedule(ApplySources.None).Of(Applying.Plan(actions), request ?? Request);
        Assert.Equal([], StructuralCheck.Check(ResourceDocument.Parse(json)).Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));
        return JsonNode.Parse(json)!.AsObject();
    }

    private static IEnumerable<JsonNode?> Named(JsonObject result, string name) => result["parameter"]!.AsArray().Where(parameter => parameter!["name"]!.ToString() == name);

    private static string Part(JsonNode parameter, string name) =>
        parameter["part"]!.AsArray().FirstOrDefault(part => part!["name"]!.ToString() == name)?.AsObject().First(each => each.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString() ?? "";

    private static string Days(JsonObject result) => string.Join("; ", Named(result, "administration").Select(day => $"{Part(day!, "date")} {Part(day!, "cycle")}/{Part(day!, "day")} {Part(day!, "action")}"));

    private static IEnumerable<string> Cycles(JsonObject result) => Named(result, "cycle").Select(cycle => $"{Part(cycle!, "number")} {Part(cycle!, "start")} {Part(cycle!, "end")} {Part(cycle!, "action")}");

    private static IEnumerable<string> Outcome(JsonObject result) =>
        Named(result, "outcome").SelectMany(outcome => outcome!["resource"]!["issue"]!.AsArray()).Select(issue => $"{issue!["severity"]} {issue["code"]} {issue["expression"]![0]}: {issue["diagnostics"]}");
}
