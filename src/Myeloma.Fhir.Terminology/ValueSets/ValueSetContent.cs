using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>The members of a value set: a set of concepts for each code system version, in the order of the includes. Nothing is expanded.</summary>
public sealed class ValueSetContent(IReadOnlyList<SystemContent> parts)
{
    /// <summary>One an include at most; no member is in two of them.</summary>
    public IReadOnlyList<SystemContent> Parts { get; } = parts;

    /// <summary>Number of members.</summary>
    public int Count { get; } = parts.Sum(part => part.Set.Count);

    /// <summary>The systems with more members than are told here, because their codes are read by rules: each once.</summary>
    internal IEnumerable<CompiledCodeSystem> Open => Parts.Where(part => part.IsOpen).Select(part => part.System).DistinctBy(system => system.Canonical);

    /// <summary>Whether all members of that system are told here.</summary>
    internal bool IsClosed(CompiledCodeSystem system) => !Parts.Any(part => part.IsOpen && part.System.Canonical == system.Canonical);

    /// <summary>The concepts of one code system version that are members.</summary>
    internal ConceptSet Of(CompiledCodeSystem system) =>
        Parts.Where(part => part.System.Canonical == system.Canonical).Aggregate(ConceptSet.Empty, (all, part) => all.Union(part.Set));
}

/// <summary>Members of one code system version.</summary>
/// <param name="Listed">In the order the value set lists them, with what it says of each; null where it lists none but takes what filters let through.</param>
/// <param name="CanNest">Whether the members may be shown in the hierarchy of their system.</param>
public sealed record SystemContent(CompiledCodeSystem System, ConceptSet Set, OrderedDictionary<int, ListedConcept>? Listed, bool CanNest)
{
    /// <summary>Whether there are more members than these: the system has a grammar, and the value set takes it without a list.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Ordinals of the members from a zero-based place on, in the order of the expansion.</summary>
    /// <remarks>The place is found at once, whatever it is; only of a list that filters or imports have narrowed what is before it is passed by.</remarks>
    public IEnumerable<int> From(int offset)
    {
        if (Listed is null) return Set.From(offset);
        return Listed.Count == Set.Count ? Places(Listed, offset) : Listed.Keys.Where(Set.Contains).Skip(offset);
    }

    private static IEnumerable<int> Places(OrderedDictionary<int, ListedConcept> listed, int offset)
    {
        for (var place = offset; place < listed.Count; place++) yield return listed.GetAt(place).Key;
    }

    /// <summary>What the value set says of a member; null when it says nothing.</summary>
    public ListedConcept? NoteOf(int ordinal) => Listed?.GetValueOrDefault(ordinal);
}
