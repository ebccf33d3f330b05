using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Which items of a list became which of another: the most alike first. The order of the lists does not count.</summary>
internal sealed class BestMatching
{
    /// <summary>More pairs of what differs are no comparison that a person reads.</summary>
    private const long MaxPairs = 1_000_000;

    private readonly int?[] afters;
    private readonly int?[] befores;

    private BestMatching(int before, int after) => (afters, befores) = (new int?[before], new int?[after]);

    /// <returns>Null for one that is gone.</returns>
    public int? AfterOf(int before) => afters[before];

    /// <returns>Null for one that is new.</returns>
    public int? BeforeOf(int after) => befores[after];

    /// <param name="before">A key for each item: equal for items that say the same.</param>
    /// <param name="after">As <paramref name="before"/>.</param>
    /// <exception cref="FhirException"><c>too-costly</c>: too many of both lists differ.</exception>
    /// <param name="likeness">How much an item of the one list is like one of the other; not above 0 for those that are not the same thing.</param>
    public static BestMatching Of(IReadOnlyList<string> before, IReadOnlyList<string> after, Func<int, int, int> likeness)
    {
        var matching = new BestMatching(before.Count, after.Count);
        var free = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (var index = 0; index < before.Count; index++)
        {
            if (!free.TryGetValue(before[index], out var same)) free[before[index]] = same = new Queue<int>();
            same.Enqueue(index);
        }

        for (var index = 0; index < after.Count; index++)
            if (free.TryGetValue(after[index], out var same) && same.TryDequeue(out var equal)) matching.Match(equal, index);

        var (lost, fresh) = (matching.afters.Count(index => index is null), matching.befores.Count(index => index is null));
        if ((long)lost * fresh > MaxPairs) throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"{lost:N0} actions on the one side and {fresh:N0} on the other differ; up to {MaxPairs:N0} pairs of them are compared.")));

        // What is equally alike is told apart by what it says, never by where it stands.
        var pairs = new List<(int Likeness, int Before, int After)>();
        for (var old = 0; old < before.Count; old++)
            for (var made = 0; made < after.Count; made++)
                if (matching.afters[old] is null && matching.befores[made] is null && likeness(old, made) is > 0 and var alike) pairs.Add((alike, old, made));
        foreach (var (_, old, made) in pairs.OrderByDescending(pair => pair.Likeness).ThenBy(pair => before[pair.Before], StringComparer.Ordinal).ThenBy(pair => after[pair.After], StringComparer.Ordinal))
            if (matching.afters[old] is null && matching.befores[made] is null) matching.Match(old, made);
        return matching;
    }

    private void Match(int before, int after) => (afters[before], befores[after]) = (after, before);
}
