using System.Globalization;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>Lays a plan out in days: cycles one after the other, the actions of each on their days.</summary>
internal sealed partial class ScheduleWalk(ApplyRun run, ScheduleRequest request)
{
    private readonly ActionTimesRegister register = new(request);
    private readonly HashSet<(Element, string)> told = [];
    private int cyclesLeft = request.Cycles ?? int.MaxValue;

    public List<ScheduledDay> Days { get; } = [];

    public List<ScheduledCycle> Cycles { get; } = [];

    /// <summary>Actions that state no day.</summary>
    public List<ScheduledAction> Undated { get; } = [];

    /// <summary>Lays out the whole plan.</summary>
    public void Follow(Definition plan)
    {
        FollowPlan(plan, new Stretch(new PlanUse(), null, request.Start, null, 0, null), "", 1);
        FollowWaiting();
        if (request.Cycles is { } asked && cyclesLeft > 0 && Cycles.Count > 0)
            run.Report(IssueSeverity.Warning, IssueType.Incomplete, plan, plan.Root, FormattableString.Invariant($"it states {Cycles.Count} cycles, and {asked} were asked for."), ApplyMessage.ScheduleCycles);
    }

    /// <returns>The day on which what comes next begins.</returns>
    private DateOnly FollowPlan(Definition plan, Stretch stretch, string path, int depth)
    {
        return FollowActions(plan, plan.Root, stretch with { Use = new PlanUse() }, path.Length == 0 ? "" : path + "-", depth);
    }

    private DateOnly FollowActions(Definition plan, Element parent, Stretch stretch, string prefix, int depth)
    {
        var actions = parent.Children("action").ToList();
        var chosen = Chosen(plan, parent, actions);
        var next = stretch.Start;
        for (var index = 0; index < actions.Count; index++)
        {
            run.Enter(depth);
            if (!ReferenceEquals(chosen, actions) && !chosen.Contains(actions[index])) continue;
            var path = FormattableString.Invariant($"{prefix}{index + 1}");
            next = FollowAction(plan, actions[index], stretch with { Start = next }, stretch.Start, path, depth);
        }

        return next;
    }

    /// <param name="stretch">Begins where the cycles before it ended.</param>
    /// <param name="first">The first day of what the action is part of.</param>
    private DateOnly FollowAction(Definition plan, Element action, Stretch stretch, DateOnly first, string path, int depth)
    {
        if (action.Child("condition") is { } condition)
            run.Report(IssueSeverity.Information, IssueType.Informational, plan, condition, "the action depends on a condition, which is not looked at here.", ApplyMessage.ScheduleCondition);
        var definition = DefinitionOf(plan, action);
        var times = register.Note(stretch, action);
        var isGroup = action.Child("action") is not null || definition?.Type == "PlanDefinition";
        var relations = RelationsOf(plan, action, definition, isGroup);
        if (relations.Count > 0)
        {
            var waiting = new WaitingAction(plan, action, definition, times, relations, isGroup ? stretch : stretch with { Start = first }, path, depth, run.Opened);
            if (TryFollow(waiting, isWhole: false) is { } next) return next;
            register.Add(waiting);
            return stretch.Start;
        }

        if (isGroup) return FollowGroup(plan, action, definition, stretch with { Part = times }, path, depth);
        AddDays(plan, new ScheduledAction(action, path, definition?.Root), times, stretch with { Start = first });
        return stretch.Start;
    }

    private DateOnly FollowGroup(Definition plan, Element action, Definition? definition, Stretch stretch, string path, int depth) =>
        CycleTiming.Of(action) is { } cycle ? FollowCycles(plan, action, definition, cycle, stretch, path, depth) : FollowInside(plan, action, definition, stretch, path, depth);

    private DateOnly FollowInside(Definition plan, Element action, Definition? definition, Stretch stretch, string path, int depth)
    {
        var next = FollowActions(plan, action, stretch, path + ".", depth + 1);
        if (definition is not { Type: "PlanDefinition" } nested) return next;
        if (run.Open(nested) is { } why)
        {
            run.Report(IssueSeverity.Error, IssueType.BusinessRule, plan, action, $"{nested.Name} is not followed, because {why}.", ApplyMessage.DefinitionCycle);
            return next;
        }

        next = FollowPlan(nested, stretch with { Start = next }, path, depth + 1);
        run.Close();
        return next;
    }

    private DateOnly FollowCycles(Definition plan, Element action, Definition? definition, CycleTiming cycle, Stretch stretch, string path, int depth)
    {
        var count = cycle.Count ?? (request.Cycles is null ? 1 : cyclesLeft);
        if (cycle.Count is null && request.Cycles is null)
            run.Report(IssueSeverity.Information, IssueType.Informational, plan, action, "how often the cycle is repeated is not stated; it is laid out once. 'cycles' asks for more.", ApplyMessage.ScheduleCycles);
        count = Math.Min(count, cyclesLeft);
        cyclesLeft -= request.Cycles is null ? 0 : count;
        for (var index = 0; index < count; index++)
        {
            run.Enter(depth);
            var (start, end) = (cycle.Add(stretch.Start, index), cycle.Add(stretch.Start, index + 1));
            var number = ++stretch.Use.Cycles;
            Cycles.Add(new ScheduledCycle(number, start, end.PlusDays(-1), new ScheduledAction(action, path, null)));
            var times = new ActionTimes(action, stretch.Part, isCycle: true);
            times.Add(On(start), On(end.PlusDays(-1)));
            FollowInside(plan, action, definition, new Stretch(stretch.Use, times, start, end, number, start), path, depth);
        }

        return cycle.Add(stretch.Start, count);
    }

    private Definition? DefinitionOf(Definition plan, Element action)
    {
        if (action.Child("definition") is not { Text: { } canonical, Type.Name: "canonical" } reference) return null;
        if (run.Definitions.Find(canonical, plan) is { } found) return found;
        run.Report(IssueSeverity.Error, IssueType.NotFound, plan, reference, $"{canonical} is not known here, so it is not known what the action is.", ApplyMessage.DefinitionUnknown);
        return null;
    }

    private void AddDays(Definition plan, ScheduledAction action, ActionTimes times, Stretch stretch)
    {
        var stated = DaysOfCycle.Of(action.Source) is { Count: > 0 } own ? own : action.Activity is { } activity ? DaysOfCycle.Of(activity) : [];
        if (stated.Count > 0)
        {
            foreach (var day in stated) AddDay(plan, action, times, stretch, On(stretch.DayOne.PlusDays(day.Number - 1L)), day.Instructions);
            return;
        }

        if (DatesOf(action, stretch) is not { } dates)
        {
            AddUndated(action);
            return;
        }

        foreach (var date in dates) AddDay(plan, action, times, stretch, On(date), null);
    }

    private void AddDay(Definition plan, ScheduledAction action, ActionTimes times, Stretch stretch, Window when, string? instructions)
    {
        int? day = stretch.Cycle == 0 ? null : when.From.Date.DayNumber - stretch.DayOne.DayNumber + 1;
        if (day is { } number && stretch.End <= when.From.Date && stretch.Cycle == 1)
        {
            run.Report(
                IssueSeverity.Warning, IssueType.BusinessRule, plan, action.Source,
                FormattableString.Invariant($"day {number} lies behind the end of a cycle of {stretch.End.Value.DayNumber - stretch.DayOne.DayNumber} days."), ApplyMessage.ScheduleDay);
        }

        if (Days.Count >= run.Limits.MaxScheduledDays)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The plan has more than {run.Limits.MaxScheduledDays:N0} actions on days, the limit of $schedule; ask for fewer cycles.")));
        times.Add(when, when);
        Days.Add(new ScheduledDay(when, stretch.Cycle, day, action, instructions));
    }

    private Window On(DateOnly date)
    {
        var moment = Moment.Of(date, request);
        return new Window(moment, moment);
    }

    /// <summary>Of the action's timing, else of the activity's, else of its dosage.</summary>
    private IReadOnlyList<DateOnly>? DatesOf(ScheduledAction action, Stretch stretch)
    {
        foreach (var timing in (Element?[])[action.Source.Child("timing"), action.Activity?.Child("timing"), action.Activity?.Child("dosage")?.Child("timing")])
        {
            if (timing is not { } found) continue;
            if (found.Type.Name == "dateTime" && found.Text is { Length: >= 10 } text && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return [date];
            if (found.Type.Name == "Timing" && RepeatDates.Of(found, stretch.Start, stretch.End, run.Limits.MaxScheduledDays + 1) is { } dates) return dates;
        }

        return null;
    }

    /// <summary>The actions that are done: all of them, unless the plan leaves a choice between several.</summary>
    private List<Element> Chosen(Definition plan, Element parent, List<Element> actions)
    {
        if (actions.Count < 2 || parent.Type.Name == "PlanDefinition" || parent.TextOf("selectionBehavior") is not ("exactly-one" or "at-most-one" or "one-or-more" or "any")) return actions;
        var selected = actions.Where(action => action.TextOf("id") is { } id && request.Selected.Contains(id)).ToList();
        if (selected.Count == 0)
            run.Report(IssueSeverity.Warning, IssueType.Incomplete, plan, parent, $"there is a choice between {string.Join(", ", actions.Select(action => action.TextOf("id") ?? action.TextOf("title") ?? "an action without an id"))}, and none of them is laid out; name one by 'select'.", ApplyMessage.ScheduleChoice);
        return selected;
    }
}
