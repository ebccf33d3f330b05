namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Who is above whom in a code system as stated: nesting, further parents, and the properties parent, subsumedBy and child.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem.html#hierarchy</remarks>
internal sealed class ParentGraph
{
    private readonly List<int>[] parents;

    private ParentGraph(List<int>[] parents) => this.parents = parents;

    /// <summary>Whether statements went round in a circle; those that closed it are left out.</summary>
    public bool HadCycle { get; private set; }

    /// <param name="places">Place of each code.</param>
    public static ParentGraph Of(CodeSystemSource source, IReadOnlyDictionary<string, int> places)
    {
        var concepts = source.Concepts;
        var parents = new List<int>[concepts.Count];
        for (var place = 0; place < parents.Length; place++)
        {
            parents[place] = concepts[place].Parent >= 0 ? [concepts[place].Parent] : [];
            foreach (var further in concepts[place].FurtherParents) Add(parents[place], further, place);
        }

        var (up, down) = (CodesMeaning(source, "parent", "subsumedBy"), CodesMeaning(source, "child"));
        for (var place = 0; place < parents.Length; place++)
        {
            foreach (var property in concepts[place].Properties)
            {
                var isUp = up.Contains(property.Code);
                if ((!isUp && !down.Contains(property.Code)) || !places.TryGetValue(property.Value, out var other)) continue;
                if (isUp) Add(parents[place], other, place);
                else Add(parents[other], place, other);
            }
        }

        var graph = new ParentGraph(parents);
        graph.BreakCycles();
        return graph;
    }

    /// <summary>The places in preorder of the tree that the first parents make, children in the order they are stated in.</summary>
    public int[] Preorder()
    {
        var children = new List<int>[parents.Length];
        var roots = new List<int>();
        for (var place = 0; place < parents.Length; place++)
        {
            if (parents[place].Count == 0) roots.Add(place);
            else (children[parents[place][0]] ??= []).Add(place);
        }

        var order = new int[parents.Length];
        var (done, open) = (0, new Stack<int>());
        for (var root = 0; root < roots.Count; root++)
        {
            open.Push(roots[root]);
            while (open.TryPop(out var place))
            {
                order[done++] = place;
                if (children[place] is not { } below) continue;
                for (var child = below.Count - 1; child >= 0; child--) open.Push(below[child]);
            }
        }

        return order;
    }

    public IReadOnlyList<int> Parents(int place) => parents[place];

    private static void Add(List<int> list, int parent, int self)
    {
        if (parent != self && !list.Contains(parent)) list.Add(parent);
    }

    /// <summary>The properties that lead up and down in the hierarchy.</summary>
    public static string MeaningsOf(CodeSystemSource source) =>
        $"up {string.Join(',', CodesMeaning(source, "parent", "subsumedBy").Order(StringComparer.Ordinal))} down {string.Join(',', CodesMeaning(source, "child").Order(StringComparer.Ordinal))}";

    private static HashSet<string> CodesMeaning(CodeSystemSource source, params string[] meanings)
    {
        var codes = new HashSet<string>(meanings, StringComparer.Ordinal);
        foreach (var property in source.Properties)
            if (property.Uri is { } uri && meanings.Any(meaning => uri == $"http://hl7.org/fhir/concept-properties#{meaning}")) codes.Add(property.Code);
        return codes;
    }

    /// <summary>Concepts whose parents are all placed are placed; when none is left that can be, the first waiting one loses the parents that wait.</summary>
    private void BreakCycles()
    {
        var children = new List<int>[parents.Length];
        var waiting = new int[parents.Length];
        var ready = new Queue<int>();
        for (var place = 0; place < parents.Length; place++)
        {
            waiting[place] = parents[place].Count;
            if (waiting[place] == 0) ready.Enqueue(place);
            foreach (var parent in parents[place]) (children[parent] ??= []).Add(place);
        }

        var placed = new bool[parents.Length];
        for (int count = 0, next = 0; count < parents.Length; count++)
        {
            if (!ready.TryDequeue(out var place))
            {
                HadCycle = true;
                while (placed[next]) next++;
                place = next;
                parents[place].RemoveAll(parent => !placed[parent]);
            }

            placed[place] = true;
            foreach (var child in children[place] ?? [])
                if (!placed[child] && --waiting[child] == 0) ready.Enqueue(child);
        }
    }
}
