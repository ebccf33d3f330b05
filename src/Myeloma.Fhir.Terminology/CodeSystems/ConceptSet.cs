using System.Diagnostics.CodeAnalysis;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Concepts of one code system version, as disjoint runs of their zero-based ordinals in rising order. Immutable, shared by threads.</summary>
/// <remarks>
/// The ordinals are a preorder of the hierarchy, so a branch is one run or a few: a set of 300,000 descendants costs as much as one of three,
/// and any page of it is found by one binary search.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "A set of the specification, no collection of the framework.")]
public sealed class ConceptSet
{
    public static readonly ConceptSet Empty = new([], []);

    /// <summary>Fewer than these are sorted; for more, bits of all concepts cost less.</summary>
    internal const int FewOrdinals = 256;

    private readonly int[] starts;
    private readonly int[] ends;
    private readonly int[] before;
    private ulong[]? bits;

    private ConceptSet(int[] starts, int[] ends)
    {
        this.starts = starts;
        this.ends = ends;
        before = new int[starts.Length + 1];
        for (var run = 0; run < starts.Length; run++) before[run + 1] = before[run] + ends[run] - starts[run] + 1;
    }

    /// <summary>How many concepts.</summary>
    public int Count => before[^1];

    public bool IsEmpty => starts.Length == 0;

    /// <summary>How many runs: what the set costs.</summary>
    public int RunCount => starts.Length;

    /// <summary>The ordinals from 0 up to, not including, <paramref name="count"/>.</summary>
    public static ConceptSet All(int count) => count == 0 ? Empty : new([0], [count - 1]);

    public static ConceptSet Of(int ordinal) => new([ordinal], [ordinal]);

    /// <summary>The ordinals given, in any order and any number of times.</summary>
    public static ConceptSet Of(IEnumerable<int> ordinals)
    {
        var sorted = ordinals.ToArray();
        Array.Sort(sorted);
        var builder = new Builder();
        foreach (var ordinal in sorted) builder.Add(ordinal, ordinal);
        return builder.Build();
    }

    /// <summary>The ordinals given, in any order and any number of times: many of them by bits instead of sorting.</summary>
    /// <param name="count">All of them are below it.</param>
    public static ConceptSet OfMany(ReadOnlySpan<int> ordinals, int count)
    {
        if (ordinals.Length < FewOrdinals)
        {
            var sorted = ordinals.ToArray();
            Array.Sort(sorted);
            var builder = new Builder();
            foreach (var ordinal in sorted) builder.Add(ordinal, ordinal);
            return builder.Build();
        }

        using var bits = new ConceptBits(count);
        bits.Add(ordinals);
        return bits.ToSet();
    }

    /// <summary>A set of as many runs as are written, each with its ends, rising and apart from each other.</summary>
    internal static ConceptSet OfRuns(int[] starts, int[] ends) => starts.Length == 0 ? Empty : new(starts, ends);

    /// <summary>The set as bits, one an ordinal; made when it is first asked for and kept with the set.</summary>
    /// <param name="count">All ordinals are below it; always the same.</param>
    internal ReadOnlySpan<ulong> Bits(int count) => bits ??= ConceptBits.Of(starts, ends, count);

    /// <summary>Runs that rise by their starts and may touch or overlap.</summary>
    public static ConceptSet OfRuns(IEnumerable<(int Start, int End)> runs)
    {
        var builder = new Builder();
        foreach (var (start, end) in runs) builder.Add(start, end);
        return builder.Build();
    }

    /// <summary>The ordinals below <paramref name="count"/> that a test lets through.</summary>
    public static ConceptSet Where(int count, Func<int, bool> test)
    {
        var builder = new Builder();
        for (var ordinal = 0; ordinal < count; ordinal++)
            if (test(ordinal)) builder.Add(ordinal, ordinal);
        return builder.Build();
    }

    public bool Contains(int ordinal)
    {
        var run = Array.BinarySearch(starts, ordinal);
        if (run >= 0) return true;
        run = ~run - 1;
        return run >= 0 && ordinal <= ends[run];
    }

    public ConceptSet Union(ConceptSet other)
    {
        if (other.IsEmpty) return this;
        if (IsEmpty) return other;
        var builder = new Builder();
        int left = 0, right = 0;
        while (left < starts.Length || right < other.starts.Length)
        {
            if (right == other.starts.Length || (left < starts.Length && starts[left] <= other.starts[right])) builder.Add(starts[left], ends[left++]);
            else builder.Add(other.starts[right], other.ends[right++]);
        }

        return builder.Build();
    }

    public ConceptSet Intersect(ConceptSet other)
    {
        var builder = new Builder();
        int left = 0, right = 0;
        while (left < starts.Length && right < other.starts.Length)
        {
            var (start, end) = (Math.Max(starts[left], other.starts[right]), Math.Min(ends[left], other.ends[right]));
            if (start <= end) builder.Add(start, end);
            if (ends[left] < other.ends[right]) left++;
            else right++;
        }

        return builder.Build();
    }

    /// <summary>What is in this set and not in the other.</summary>
    public ConceptSet Except(ConceptSet other)
    {
        if (IsEmpty || other.IsEmpty) return this;
        var builder = new Builder();
        var right = 0;
        for (var left = 0; left < starts.Length; left++)
        {
            var start = starts[left];
            while (right < other.starts.Length && other.ends[right] < start) right++;
            for (var cut = right; cut < other.starts.Length && other.starts[cut] <= ends[left]; cut++)
            {
                if (other.starts[cut] > start) builder.Add(start, other.starts[cut] - 1);
                start = other.ends[cut] + 1;
            }

            if (start <= ends[left]) builder.Add(start, ends[left]);
        }

        return builder.Build();
    }

    /// <summary>The ordinals from the zero-based place <paramref name="offset"/> on, rising.</summary>
    public IEnumerable<int> From(int offset)
    {
        if (offset >= Count) yield break;
        var run = Array.BinarySearch(before, offset);
        if (run < 0) run = ~run - 1;
        var ordinal = starts[run] + offset - before[run];
        for (; run < starts.Length; run++)
        {
            if (ordinal < starts[run]) ordinal = starts[run];
            for (; ordinal <= ends[run]; ordinal++) yield return ordinal;
        }
    }

    /// <summary>Joins runs that touch.</summary>
    private sealed class Builder
    {
        private readonly List<int> starts = [];
        private readonly List<int> ends = [];

        public void Add(int start, int end)
        {
            if (starts.Count > 0 && start <= ends[^1] + 1) ends[^1] = Math.Max(ends[^1], end);
            else
            {
                starts.Add(start);
                ends.Add(end);
            }
        }

        public ConceptSet Build() => starts.Count == 0 ? Empty : new([.. starts], [.. ends]);
    }
}
