using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Patch.Difference;

/// <summary>Which item of a list became which of another: equal ones first, then those that look alike.</summary>
internal sealed class ListAlignment
{
    /// <summary>Above so many pairs equal items are matched in one pass from the front, which may give more moves than needed.</summary>
    private const long MaxPairs = 4_000_000;

    private readonly int[] targets;
    private readonly int[] sources;
    private readonly bool[] stays;

    private ListAlignment(int from, int to)
    {
        targets = new int[from];
        sources = new int[to];
        stays = new bool[from];
        Array.Fill(targets, -1);
        Array.Fill(sources, -1);
    }

    /// <returns>-1 when the item is gone.</returns>
    public int TargetOf(int source) => targets[source];

    /// <returns>-1 when the item is new.</returns>
    public int SourceOf(int target) => sources[target];

    /// <summary>Whether the item is in another order to those that stay.</summary>
    public bool IsMoved(int source) => !stays[source];

    public static ListAlignment Of(List<Element> from, List<Element> to, ElementIdentity identity)
    {
        var alignment = new ListAlignment(from.Count, to.Count);
        var old = from.ConvertAll(identity.Of);
        var made = to.ConvertAll(identity.Of);
        alignment.MatchLongest(old, made);
        alignment.MatchMoved(old, made);
        alignment.MatchChanged(from, to);
        alignment.FindStaying();
        return alignment;
    }

    private void Match(int source, int target)
    {
        targets[source] = target;
        sources[target] = source;
    }

    /// <summary>The longest common subsequence of equal items.</summary>
    private void MatchLongest(List<string> old, List<string> made)
    {
        var start = 0;
        while (start < old.Count && start < made.Count && old[start] == made[start]) Match(start, start++);
        var (oldEnd, madeEnd) = (old.Count, made.Count);
        while (oldEnd > start && madeEnd > start && old[oldEnd - 1] == made[madeEnd - 1]) Match(--oldEnd, --madeEnd);

        var (rows, columns) = (oldEnd - start, madeEnd - start);
        if (rows == 0 || columns == 0 || (long)rows * columns > MaxPairs) return;
        var length = new int[rows + 1, columns + 1];
        for (var row = rows - 1; row >= 0; row--)
            for (var column = columns - 1; column >= 0; column--)
                length[row, column] = old[start + row] == made[start + column] ? length[row + 1, column + 1] + 1 : Math.Max(length[row + 1, column], length[row, column + 1]);
        for (int row = 0, column = 0; row < rows && column < columns;)
        {
            if (old[start + row] == made[start + column]) Match(start + row++, start + column++);
            else if (length[row + 1, column] >= length[row, column + 1]) row++;
            else column++;
        }
    }

    /// <summary>Equal items outside of that are moved.</summary>
    private void MatchMoved(List<string> old, List<string> made)
    {
        var free = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (var source = 0; source < old.Count; source++)
        {
            if (targets[source] >= 0) continue;
            if (!free.TryGetValue(old[source], out var places)) free[old[source]] = places = new Queue<int>();
            places.Enqueue(source);
        }

        for (var target = 0; target < made.Count; target++)
            if (sources[target] < 0 && free.TryGetValue(made[target], out var places) && places.TryDequeue(out var source)) Match(source, target);
    }

    /// <summary>What is left over: the same item changed, told by its id or another name, else by its place between items that are equal.</summary>
    private void MatchChanged(List<Element> from, List<Element> to)
    {
        var named = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var source = 0; source < from.Count; source++)
            if (targets[source] < 0 && NameOf(from[source]) is { } name) named.TryAdd(name, source);
        for (var target = 0; target < to.Count; target++)
            if (sources[target] < 0 && NameOf(to[target]) is { } name && named.Remove(name, out var source)) Match(source, target);

        var next = 0;
        for (var target = 0; target < to.Count; target++)
        {
            if (sources[target] >= 0)
            {
                next = Math.Max(next, sources[target] + 1);
                continue;
            }

            if (next < from.Count && targets[next] < 0 && IsAlike(from[next], to[target])) Match(next, target);
            if (next < from.Count && targets[next] == target) next++;
        }
    }

    /// <summary>Those in the longest run of rising places stay where they are; the fewest others move.</summary>
    private void FindStaying()
    {
        var kept = new List<int>();
        var previous = new int[targets.Length];
        for (var source = 0; source < targets.Length; source++)
        {
            if (targets[source] < 0) continue;
            int low = 0, high = kept.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (targets[kept[middle]] < targets[source]) low = middle + 1;
                else high = middle;
            }

            previous[source] = low > 0 ? kept[low - 1] : -1;
            if (low == kept.Count) kept.Add(source);
            else kept[low] = source;
        }

        for (var at = kept.Count > 0 ? kept[^1] : -1; at >= 0; at = previous[at]) stays[at] = true;
    }

    /// <summary>What an item is called among its like: its id, the url of an extension, the linkId of a question, the code of a concept.</summary>
    private static string? NameOf(Element element)
    {
        if (element.IsPrimitive) return null;
        foreach (var name in (ReadOnlySpan<string>)["id", "url", "linkId", "fullUrl"])
            if (element.TextOf(name) is { } text) return $"{element.Type.Name} {name} {text}";
        return null;
    }

    /// <summary>A changed primitive is replaced; a changed object is the same one when a child is still as it was, or when neither has a name.</summary>
    private static bool IsAlike(Element from, Element to) => from.Type == to.Type && (from.IsPrimitive || (NameOf(from) is null && NameOf(to) is null));
}
