namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What is known of a collection before there is one.</summary>
/// <param name="Types">Without repetitions; none and not open: always Empty.</param>
/// <param name="IsOpen">Whether there may be other types too.</param>
/// <param name="IsMany">Whether more than one item can come.</param>
/// <param name="IsUnordered">Whether the order of the items means nothing.</param>
internal sealed record Typing(IReadOnlyList<StaticType> Types, bool IsOpen = false, bool IsMany = false, bool IsUnordered = false)
{
    public static readonly Typing Empty = new([]);
    public static readonly Typing Unknown = new([], IsOpen: true, IsMany: true);

    public bool IsEmpty => Types.Count == 0 && !IsOpen;

    public Typing Single => this with { IsMany = false, IsUnordered = false };

    public Typing Many => this with { IsMany = true };

    public static Typing Of(StaticType type) => new([type]);

    public static Typing System(string name) => Of(StaticType.Of(name));

    /// <summary>Whether an item can stand for a value of one of these System types; an unknown or empty one can.</summary>
    public bool CanBe(params ReadOnlySpan<string> values)
    {
        if (IsOpen || Types.Count == 0) return true;
        foreach (var type in Types)
            if (type.Value is { } value && values.Contains(value)) return true;
        return false;
    }

    /// <summary>The items of both, one after the other.</summary>
    public Typing And(Typing other)
    {
        if (IsEmpty) return other;
        return other.IsEmpty ? this : Or(other) with { IsMany = true };
    }

    /// <summary>The items of one of both.</summary>
    public Typing Or(Typing other) => new(
        [.. Types.Union(other.Types)], IsOpen || other.IsOpen, IsMany || other.IsMany, IsUnordered || other.IsUnordered);

    public override string ToString() => Types.Count switch
    {
        0 => IsOpen ? "anything" : "nothing",
        > 6 => string.Join(", ", Types.Take(5)) + $" and {Types.Count - 5} others",
        _ => string.Join(", ", Types),
    };
}
