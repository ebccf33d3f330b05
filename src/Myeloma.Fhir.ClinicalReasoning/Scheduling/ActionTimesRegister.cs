using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>When actions of a plan take place, as far as is known, and which of them wait for others.</summary>
internal sealed class ActionTimesRegister(ScheduleRequest request)
{
    private readonly Dictionary<(PlanUse, string), List<ActionTimes>> byId = [];
    private readonly Dictionary<(PlanUse, string), List<WaitingAction>> inside = [];

    /// <summary>In the order they were come across.</summary>
    public List<WaitingAction> Waiting { get; } = [];

    /// <summary>Takes note of an action that is come across.</summary>
    public ActionTimes Note(Stretch stretch, Element action)
    {
        var times = new ActionTimes(action, stretch.Part, isCycle: false);
        if (action.TextOf("id") is { } id) Listed(byId, (stretch.Use, id)).Add(times);
        return times;
    }

    public void Add(WaitingAction action)
    {
        Waiting.Add(action);
        action.Times.CountWaiting(1);
        foreach (var id in IdsInside(action.Action)) Listed(inside, (action.Stretch.Use, id)).Add(action);
    }

    public void Remove(WaitingAction action)
    {
        Waiting.Remove(action);
        action.Times.CountWaiting(-1);
        foreach (var id in IdsInside(action.Action)) inside[(action.Stretch.Use, id)].Remove(action);
    }

    /// <summary>When an action takes place, by one of its relations.</summary>
    /// <returns>
    /// Times, in order: several for what happens together with something that happens several times; or why there is none, as far as it is known yet; or neither, when others are waited for.
    /// The remark is to be told beside the times.
    /// </returns>
    /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: beyond the years 2 to 9998.</exception>
    public (IReadOnlyList<Window> Times, string? Why, string? Remark) Find(WaitingAction action, ActionRelation relation)
    {
        if (IsInsideWaiting(action, relation)) return ([], null, null);
        var (related, why) = Related(action, relation);
        if (related.Count == 0) return ([], why, null);
        if (related.Any(one => one.Waiting > 0 && !action.Times.IsWithin(one))) return ([], null, null);
        if (ActionTimes.At(related, relation.Time) is not { } anchor) return ([], $"'{relation.ActionId}' has no day", null);
        var times = related.SelectMany(one => one.Each).Distinct().Order(Comparer<Window>.Create((one, other) => one.From.CompareTo(other.From))).ToList();
        var isGroup = related[0].Source.Child("action") is not null;
        if (relation.Time == RelatedTime.Whole && !action.IsGroup && !isGroup) return (times, null, null);
        var sign = relation.Sign == 0 ? 1 : relation.Sign;
        var (near, far) = relation.Sign < 0 ? (relation.Most, relation.Least) : (relation.Least, relation.Most);
        var window = new Window(near.From(anchor.From, sign, request), far.From(anchor.To, sign, request));
        if (window.From.CompareTo(window.To) > 0) return ([], "its offset ends before it begins", null);
        return ([window], null, times.Count > 1 && !isGroup ? $"'{relation.ActionId}' is done several times, and its {(relation.Time == RelatedTime.End ? "last" : "first")} is counted from" : null);
    }

    /// <summary>Whether an action waits for another one, or for itself.</summary>
    public bool IsBlocked(WaitingAction action, WaitingAction by) => action.Relations.Any(relation =>
        (action.Stretch.Use == by.Stretch.Use && inside.GetValueOrDefault((action.Stretch.Use, relation.ActionId))?.Contains(by) == true)
        || Related(action, relation).Related.Any(one => !action.Times.IsWithin(one) && by.Times.IsWithin(one)));

    private bool IsInsideWaiting(WaitingAction action, ActionRelation relation) => inside.GetValueOrDefault((action.Stretch.Use, relation.ActionId)) is { Count: > 0 };

    /// <summary>The action that is meant, as often as it is there: of one that stands in a cycle, what is in the same cycle, or the cycle itself.</summary>
    private (IReadOnlyList<ActionTimes> Related, string? Why) Related(WaitingAction action, ActionRelation relation)
    {
        if (byId.GetValueOrDefault((action.Stretch.Use, relation.ActionId)) is not { Count: > 0 } known) return ([], $"there is no action '{relation.ActionId}' among those that are laid out");
        if (known.Contains(action.Times)) return ([], "it leads back to itself");
        if (known.Find(action.Times.IsWithin) is { } around)
        {
            for (var at = action.Times.Parent; at is not null; at = at.Parent)
                if (at.IsCycle && at.Parent == around) return ([at], null);
            return ([], $"the action is part of '{relation.ActionId}'");
        }

        var cycle = action.Times.Cycle;
        List<ActionTimes> found = [.. known.Where(one => cycle is null || one.IsWithin(cycle))];
        return (found, found.Count == 0 ? $"'{relation.ActionId}' is not in the same cycle" : null);
    }

    private static IEnumerable<string> IdsInside(Element action)
    {
        foreach (var part in action.Children("action"))
        {
            if (part.TextOf("id") is { } id) yield return id;
            foreach (var deeper in IdsInside(part)) yield return deeper;
        }
    }

    private static List<T> Listed<T>(Dictionary<(PlanUse, string), List<T>> lists, (PlanUse, string) key)
    {
        if (!lists.TryGetValue(key, out var list)) lists[key] = list = [];
        return list;
    }
}
