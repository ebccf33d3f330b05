namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>Where the items of each concept lie among those of all concepts, one after the other.</summary>
internal readonly struct ListColumn
{
    private readonly int[] starts;

    /// <param name="starts">For each concept where its items begin, and where those of the last one end.</param>
    public ListColumn(int[] starts) => this.starts = starts;

    public ReadOnlySpan<int> Starts => starts;

    public int Total => starts[^1];

    /// <summary>The rows of a concept: from, and up to.</summary>
    public (int From, int To) this[int ordinal] => (starts[ordinal], starts[ordinal + 1]);

    public static ListColumn Of<T>(IReadOnlyList<T> concepts, Func<T, int> count)
    {
        var starts = new int[concepts.Count + 1];
        for (var each = 0; each < concepts.Count; each++) starts[each + 1] = starts[each] + count(concepts[each]);
        return new ListColumn(starts);
    }
}
