using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>An action as often as it is come across: once, or once in each cycle that it stands in.</summary>
/// <param name="parent">The action it is part of; null at the top of the whole.</param>
/// <param name="isCycle">Whether this is one cycle of an action, and not the action.</param>
internal sealed class ActionTimes(Element source, ActionTimes? parent, bool isCycle)
{
    private readonly List<Window> starts = [];
    private readonly List<Window> ends = [];

    public Element Source => source;

    public ActionTimes? Parent => parent;

    public bool IsCycle => isCycle;

    /// <summary>The cycle it stands in; null outside of cycles.</summary>
    public ActionTimes? Cycle => isCycle ? this : parent?.Cycle;

    /// <summary>Actions within it, or itself, that wait for others.</summary>
    public int Waiting { get; private set; }

    /// <summary>Each of its times, in order.</summary>
    public IEnumerable<Window> Each => starts.Distinct().OrderBy(start => start.From);

    public bool IsWithin(ActionTimes other)
    {
        for (var at = this; at is not null; at = at.Parent)
            if (at == other) return true;
        return false;
    }

    /// <summary>Notes when it takes place, here and at all it is part of.</summary>
    public void Add(Window start, Window end)
    {
        for (var at = this; at is not null; at = at.Parent)
        {
            at.starts.Add(start);
            at.ends.Add(end);
        }
    }

    /// <summary>Counts one that waits, here and at all it is part of.</summary>
    /// <param name="change">1 or -1.</param>
    public void CountWaiting(int change)
    {
        for (var at = this; at is not null; at = at.Parent) at.Waiting += change;
    }

    /// <summary>The first start of several, or their last end; null when none has a time.</summary>
    public static Window? At(IReadOnlyList<ActionTimes> several, RelatedTime time)
    {
        List<Window> all = [.. several.SelectMany(one => time == RelatedTime.End ? one.ends : one.starts)];
        if (all.Count == 0) return null;
        return time == RelatedTime.End ? new Window(all.Max(end => end.From), all.Max(end => end.To)) : new Window(all.Min(start => start.From), all.Min(start => start.To));
    }
}
