using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>Actions whose time is counted from that of others. https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.relatedAction</summary>
internal sealed partial class ScheduleWalk
{
    /// <summary>Most actions of a circle that are told by name.</summary>
    private const int LongestTold = 10;

    /// <returns>The relations that a time follows from; none of an action that states its days, and then that is told.</returns>
    private List<ActionRelation> RelationsOf(Definition plan, Element action, Definition? definition, bool isGroup)
    {
        var relations = new List<ActionRelation>();
        foreach (var source in action.Children("relatedAction")) relations.Add(ActionRelation.Of(source));
        if (relations.Count == 0) return relations;
        var statesDays = !isGroup && StatesDays(action, definition?.Root);
        foreach (var relation in relations)
        {
            var hasOffset = relation.Source.Child("offset") is not null;
            if (statesDays && hasOffset) Tell(plan, relation, "is not looked at, because the action states its days itself");
            else if (!statesDays && relation.Unclear is { } why && (hasOffset || !isGroup)) Tell(plan, relation, $"gives no day, because {why}");
        }

        return statesDays ? [] : [.. relations.Where(relation => relation.Unclear is null)];
    }

    private static bool StatesDays(Element action, Element? activity)
    {
        if (DaysOfCycle.Of(action).Count > 0 || (activity is { } known && DaysOfCycle.Of(known).Count > 0)) return true;
        return action.Child("timing") is { } timing && (timing.Type.Name == "dateTime" || timing.Child("event") is not null);
    }

    /// <summary>Lays out what waits, one as soon as the other; what waits for itself is told.</summary>
    private void FollowWaiting()
    {
        while (register.Waiting.Count > 0)
        {
            var isFurther = false;
            foreach (var action in register.Waiting.ToList())
            {
                run.Watch();
                if (TryFollow(action, isWhole: true) is not null) isFurther = true;
            }

            if (!isFurther) LeaveCircles();
        }
    }

    /// <summary>Lays an action out, when it is known from when on, or that it never will be.</summary>
    /// <param name="isWhole">Whether all that does not wait has been come across.</param>
    /// <returns>The day on which what comes next begins; null when it has to wait.</returns>
    private DateOnly? TryFollow(WaitingAction action, bool isWhole)
    {
        var found = new List<(ActionRelation Relation, IReadOnlyList<Window> Times, string? Why, string? Remark)>();
        foreach (var relation in action.Relations)
        {
            var (times, why, remark) = register.Find(action, relation);
            if (times.Count == 0 && (why is null || !isWhole)) return null;
            found.Add((relation, times, why, remark));
        }

        if (isWhole) register.Remove(action);
        foreach (var (relation, _, why, remark) in found)
        {
            if (why is not null) Tell(action.Plan, relation, $"gives no day, because {why}");
            if (remark is not null) Tell(action.Plan, relation, $"is to one of several times: {remark}");
            if (relation.HasTime && request.Time is null) Tell(action.Plan, relation, "says less than a day, which is not counted without a time of day in 'start'");
        }

        if (found.Exists(one => one.Why is not null)) return LeaveUndated(action);
        return Together([.. found.Select(one => one.Times)]) is { } windows ? FollowAt(action, windows) : Contradiction(action);
    }

    /// <summary>What fits all relations: several times for one relation only, else one.</summary>
    private static IReadOnlyList<Window>? Together(IReadOnlyList<IReadOnlyList<Window>> times)
    {
        if (times.Count == 1) return times[0];
        Window? both = times[0][0];
        foreach (var other in times.Skip(1))
            if (both is { } one) both = Window.Both(one, other[0]);
        return both is { } window ? [window] : null;
    }

    private DateOnly? Contradiction(WaitingAction action)
    {
        Tell(action.Plan, action.Relations[0], "gives no day, because no day fits the other relations of the action, too");
        return LeaveUndated(action);
    }

    private DateOnly? FollowAt(WaitingAction action, IReadOnlyList<Window> windows)
    {
        var (plan, source, definition, stretch) = (action.Plan, action.Action, action.Definition, action.Stretch);
        if (!action.IsGroup)
        {
            AddRelatedDays(action, new ScheduledAction(source, action.Path, definition?.Root), windows);
            return stretch.Start;
        }

        if (!windows[0].IsOne) Tell(plan, action.Relations[0], "leaves several days, and the parts of the action are laid out from the first of them on");
        var opened = run.Opened;
        run.Reopen(action.Open);
        var next = FollowGroup(plan, source, definition, stretch with { Start = windows[0].From.Date, Part = action.Times }, action.Path, action.Depth);
        run.Reopen(opened);
        return next;
    }

    private void AddRelatedDays(WaitingAction waiting, ScheduledAction action, IReadOnlyList<Window> windows)
    {
        var (plan, times, stretch) = (waiting.Plan, waiting.Times, waiting.Stretch);
        var hasTiming = action.Source.Child("timing") is { Type.Name: "Timing" } || action.Activity?.Child("timing") is { Type.Name: "Timing" };
        if (!hasTiming)
        {
            foreach (var window in windows) AddDay(plan, action, times, stretch, window, null);
            return;
        }

        if (DatesOf(action, stretch with { Start = windows[0].From.Date }) is not { } dates)
        {
            AddUndated(action);
            return;
        }

        // A range leaves all of its days as open as the first.
        var open = windows[0].To.Date.DayNumber - windows[0].From.Date.DayNumber;
        foreach (var date in dates) AddDay(plan, action, times, stretch, new Window(On(date).From, On(date.PlusDays(open)).From), null);
    }

    /// <summary>Leaves those that wait for themselves undated. When nothing else goes on, there are some.</summary>
    private void LeaveCircles()
    {
        var waiting = register.Waiting.ToList();
        var next = waiting.ToDictionary(one => one, one => FindBlocking(one, waiting));
        var left = new HashSet<WaitingAction>();
        foreach (var start in waiting)
        {
            run.Watch();
            var way = new List<WaitingAction>();
            for (var at = start; at is not null && !left.Contains(at); at = next[at])
            {
                if (way.FindIndex(one => ReferenceEquals(one, at)) is >= 0 and var first)
                {
                    Leave([.. way.Skip(first)]);
                    break;
                }

                way.Add(at);
            }

            // Who has been come by here was looked at with the circle it leads to.
            left.UnionWith(way);
        }

        void Leave(List<WaitingAction> circle)
        {
            var ids = circle.Append(circle[0]).Select(one => one.Id).ToList();
            var words = ids.Count <= LongestTold ? string.Join(" to ", ids) : FormattableString.Invariant($"{string.Join(" to ", ids.Take(LongestTold))} and {ids.Count - LongestTold} more");
            foreach (var one in circle)
            {
                Tell(one.Plan, one.Relations[0], $"is not followed, because it leads back to itself: {words}", IssueSeverity.Error);
                register.Remove(one);
                LeaveUndated(one);
            }
        }
    }

    private WaitingAction? FindBlocking(WaitingAction action, List<WaitingAction> waiting)
    {
        run.Watch();
        return waiting.Find(by => register.IsBlocked(action, by));
    }

    private DateOnly? LeaveUndated(WaitingAction action)
    {
        LeaveUndated(action.Plan, action.Action, action.Path);
        return action.Stretch.Start;
    }

    /// <summary>Of an action with parts these.</summary>
    private void LeaveUndated(Definition plan, Element action, string path)
    {
        var index = 0;
        foreach (var part in action.Children("action")) LeaveUndated(plan, part, FormattableString.Invariant($"{path}.{++index}"));
        if (index > 0) return;
        var definition = action.Child("definition") is { Text: { } canonical, Type.Name: "canonical" } ? run.Definitions.Find(canonical, plan) : null;
        AddUndated(new ScheduledAction(action, path, definition?.Root));
    }

    private void AddUndated(ScheduledAction action)
    {
        if (!Undated.Exists(each => each.Path == action.Path)) Undated.Add(action);
    }

    /// <summary>Once for all cycles.</summary>
    private void Tell(Definition plan, ActionRelation relation, string what, IssueSeverity severity = IssueSeverity.Information)
    {
        if (!told.Add((relation.Source, what))) return;
        run.Report(severity, severity == IssueSeverity.Error ? IssueType.BusinessRule : IssueType.Informational, plan, relation.Source, $"the relation {relation.InWords} {what}.", ApplyMessage.ScheduleRelation);
    }
}
