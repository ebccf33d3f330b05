using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>The parents and children of the concepts of one code system, any number of each, and who is below whom.</summary>
/// <remarks>
/// Descendants are runs of ordinals over a spanning tree; what a concept inherits through further parents is merged into its runs
/// (interval labels of a directed acyclic graph). https://hl7.org/fhir/R4/codesystem.html#hierarchy
/// </remarks>
public sealed class ConceptHierarchy
{
    private readonly int[] parentStarts;
    private readonly int[] parents;
    private readonly int[] childStarts;
    private readonly int[] children;
    private readonly int[] runStarts;
    private readonly (int Start, int End)[] runs;

    /// <param name="parentsOf">For each ordinal its parents, by ordinal, the first that of the spanning tree; ordinals are a preorder of that tree. Without cycles.</param>
    internal ConceptHierarchy(IReadOnlyList<IReadOnlyList<int>> parentsOf)
    {
        var count = parentsOf.Count;
        (parentStarts, parents) = Compress(parentsOf);
        var below = new List<int>[count];
        for (var ordinal = 0; ordinal < count; ordinal++) below[ordinal] = [];
        for (var ordinal = 0; ordinal < count; ordinal++)
            foreach (var parent in parentsOf[ordinal]) below[parent].Add(ordinal);
        (childStarts, children) = Compress(below);
        HasHierarchy = parents.Length > 0;
        (runStarts, runs) = Runs(parentsOf, below);
    }

    private ConceptHierarchy(int[] parentStarts, int[] parents, int[] childStarts, int[] children, int[] runStarts, (int, int)[] runs)
    {
        (this.parentStarts, this.parents, this.childStarts, this.children, this.runStarts, this.runs) = (parentStarts, parents, childStarts, children, runStarts, runs);
        HasHierarchy = parents.Length > 0;
    }

    /// <summary>Whether any concept has a parent.</summary>
    public bool HasHierarchy { get; }

    /// <summary>Bytes in memory.</summary>
    internal long Size => (4L * (parentStarts.Length + parents.Length + childStarts.Length + children.Length + runStarts.Length)) + (8L * runs.Length);

    /// <summary>How many runs all concepts together have: what the hierarchy costs beyond a tree.</summary>
    internal int RunCount => runs.Length;

    /// <summary>The parents of a concept, as stated; none for a root.</summary>
    public ReadOnlySpan<int> Parents(int ordinal) => parents.AsSpan(parentStarts[ordinal]..parentStarts[ordinal + 1]);

    /// <summary>The concepts right below, rising.</summary>
    public ReadOnlySpan<int> Children(int ordinal) => children.AsSpan(childStarts[ordinal]..childStarts[ordinal + 1]);

    public bool IsLeaf(int ordinal) => childStarts[ordinal] == childStarts[ordinal + 1];

    /// <summary>Whether <paramref name="descendant"/> is <paramref name="ancestor"/> or below it.</summary>
    public bool Subsumes(int ancestor, int descendant)
    {
        int low = runStarts[ancestor], high = runStarts[ancestor + 1] - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (descendant < runs[middle].Start) high = middle - 1;
            else if (descendant > runs[middle].End) low = middle + 1;
            else return true;
        }

        return false;
    }

    /// <summary>The concept and all below it.</summary>
    public ConceptSet SelfAndDescendants(int ordinal) => ConceptSet.OfRuns(runs[runStarts[ordinal]..runStarts[ordinal + 1]]);

    /// <summary>The concept and all above it.</summary>
    public ConceptSet SelfAndAncestors(int ordinal)
    {
        var seen = new HashSet<int> { ordinal };
        var open = new Stack<int>([ordinal]);
        while (open.TryPop(out var at))
            foreach (var parent in Parents(at))
                if (seen.Add(parent)) open.Push(parent);
        return ConceptSet.Of(seen);
    }

    internal void Write(FormWriter writer)
    {
        foreach (var each in (int[][])[parentStarts, parents, childStarts, children, runStarts]) writer.Write<int>(each);
        writer.Write<(int, int)>(runs);
    }

    internal static ConceptHierarchy Read(FormReader reader) =>
        new(reader.Read<int>(), reader.Read<int>(), reader.Read<int>(), reader.Read<int>(), reader.Read<int>(), reader.Read<(int, int)>());

    private static (int[] Starts, int[] Items) Compress(IReadOnlyList<IReadOnlyList<int>> lists)
    {
        var starts = new int[lists.Count + 1];
        for (var index = 0; index < lists.Count; index++) starts[index + 1] = starts[index] + lists[index].Count;
        var items = new int[starts[^1]];
        for (var index = 0; index < lists.Count; index++)
            for (var item = 0; item < lists[index].Count; item++) items[starts[index] + item] = lists[index][item];
        return (starts, items);
    }

    private static (int[] Starts, (int Start, int End)[] Runs) Runs(IReadOnlyList<IReadOnlyList<int>> parentsOf, List<int>[] below)
    {
        var count = parentsOf.Count;
        var last = new int[count];
        for (var ordinal = count - 1; ordinal >= 0; ordinal--)
        {
            last[ordinal] = Math.Max(last[ordinal], ordinal);
            if (parentsOf[ordinal].Count > 0 && parentsOf[ordinal][0] is var tree && tree < ordinal) last[tree] = Math.Max(last[tree], last[ordinal]);
        }

        // A concept's runs are its own branch and what its children have that lies outside of it: children are done first.
        var merged = new (int Start, int End)[count][];
        foreach (var ordinal in ChildrenFirst(below))
        {
            List<(int Start, int End)> own = [(ordinal, last[ordinal])];
            foreach (var child in below[ordinal])
                foreach (var run in merged[child])
                    if (run.Start < ordinal || run.End > last[ordinal]) own.Add(run);
            merged[ordinal] = Merge(own);
        }

        var starts = new int[count + 1];
        for (var ordinal = 0; ordinal < count; ordinal++) starts[ordinal + 1] = starts[ordinal] + merged[ordinal].Length;
        var all = new (int, int)[starts[^1]];
        for (var ordinal = 0; ordinal < count; ordinal++) merged[ordinal].CopyTo(all, starts[ordinal]);
        return (starts, all);
    }

    private static (int Start, int End)[] Merge(List<(int Start, int End)> own)
    {
        if (own.Count == 1) return [own[0]];
        own.Sort();
        var merged = new List<(int Start, int End)>(own.Count);
        foreach (var run in own)
        {
            if (merged.Count > 0 && run.Start <= merged[^1].End + 1) merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, run.End));
            else merged.Add(run);
        }

        return [.. merged];
    }

    private static int[] ChildrenFirst(List<int>[] below)
    {
        var order = new int[below.Length];
        var (done, waiting) = (0, new int[below.Length]);
        var parents = new List<int>[below.Length];
        for (var ordinal = 0; ordinal < below.Length; ordinal++)
        {
            waiting[ordinal] = below[ordinal].Count;
            foreach (var child in below[ordinal]) (parents[child] ??= []).Add(ordinal);
            if (waiting[ordinal] == 0) order[done++] = ordinal;
        }

        for (var at = 0; at < done; at++)
            foreach (var parent in parents[order[at]] ?? [])
                if (--waiting[parent] == 0) order[done++] = parent;
        return order;
    }
}
