using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>What an action's time is counted from.</summary>
internal enum RelatedTime
{
    Start,
    End,

    /// <summary>All of its times.</summary>
    Whole,
}

/// <summary>A relation of an action to another, read.</summary>
/// <param name="Time">What of the other action is counted from.</param>
/// <param name="Sign">1 behind it, -1 before it.</param>
/// <param name="Least">Null when nothing says how long.</param>
/// <param name="Most">As <paramref name="Least"/>, for one that is no range.</param>
/// <param name="Unclear">Why no day follows from it; null when one does.</param>
/// <remarks>
/// https://hl7.org/fhir/R4/valueset-action-relationship-type.html. Before an action is before its start, and after it behind its end; a relation speaks of the start of the action it stands at.
/// </remarks>
internal sealed record ActionRelation(Element Source, string ActionId, string Relationship, RelatedTime Time, int Sign, ActionOffset Least, ActionOffset Most, string? Unclear)
{
    /// <summary><c>after-end of 'a'</c></summary>
    public string InWords => $"{Relationship} '{ActionId}'";

    /// <summary>Whether less than a day is said, which days alone can't show.</summary>
    public bool HasTime => Least.Time != TimeSpan.Zero || Most.Time != TimeSpan.Zero;

    public static ActionRelation Of(Element relation)
    {
        var relationship = relation.TextOf("relationship") ?? "";
        var (time, sign) = relationship switch
        {
            "before-start" or "before" => (RelatedTime.Start, -1),
            "before-end" => (RelatedTime.End, -1),
            "after-start" => (RelatedTime.Start, 1),
            "after" or "after-end" => (RelatedTime.End, 1),
            "concurrent-with-start" => (RelatedTime.Start, 0),
            "concurrent-with-end" => (RelatedTime.End, 0),
            _ => (RelatedTime.Whole, 0),
        };
        var (least, most, unclear) = OffsetOf(relation, sign);
        return new ActionRelation(relation, relation.TextOf("actionId") ?? "", relationship, time, sign, least, most, unclear);
    }

    private static (ActionOffset Least, ActionOffset Most, string? Unclear) OffsetOf(Element relation, int sign)
    {
        if (relation.Child("offset") is not { } offset) return (default, default, sign == 0 ? null : "it is not stated how long");
        if (sign == 0) return (default, default, "an offset to what happens at the same time has no direction");
        if (offset.Type.Name != "Range") return ActionOffset.Of(offset) is { } exact ? (exact, exact, null) : (default, default, "its offset is no length of time that can be counted");
        if (offset.Child("high") is not { } high) return (default, default, "its offset has no upper limit");
        if (ActionOffset.Of(high) is not { } most) return (default, default, "its offset is no length of time that can be counted");
        if (offset.Child("low") is not { } low) return (default, most, null);
        return ActionOffset.Of(low) is { } least ? (least, most, null) : (default, default, "its offset is no length of time that can be counted");
    }
}
