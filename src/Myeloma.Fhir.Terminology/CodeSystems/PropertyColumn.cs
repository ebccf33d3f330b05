using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>One property of all concepts, the other way round: value to concepts. Immutable, shared by threads.</summary>
public sealed class PropertyColumn
{
    private readonly string[] values;
    private readonly int[] ranks;
    private readonly int[] starts;
    private readonly int[] ordinals;

    /// <param name="added">Values besides those of the form, as supplements state them.</param>
    internal PropertyColumn(ConceptForm form, string property, IEnumerable<(int Ordinal, string Value)> added)
    {
        var places = new Dictionary<int, int>();
        var (known, texts) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<string>());
        var pairs = new List<(int Place, int Ordinal)>();
        foreach (var (ordinal, text) in form.PropertyRows.Having(property))
        {
            if (!places.TryGetValue(text, out var place)) places.Add(text, place = PlaceOf(form.Texts[text]));
            pairs.Add((place, ordinal));
        }

        foreach (var (ordinal, value) in added) pairs.Add((PlaceOf(value), ordinal));
        pairs.Sort();
        values = [.. texts];
        starts = new int[values.Length + 1];
        foreach (var (place, _) in pairs) starts[place + 1]++;
        for (var place = 0; place < values.Length; place++) starts[place + 1] += starts[place];
        ordinals = [.. pairs.Select(pair => pair.Ordinal)];
        ranks = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(values, ranks, StringComparer.Ordinal);
        Any = ConceptSet.OfMany(ordinals, form.Count);

        int PlaceOf(string value)
        {
            if (known.TryGetValue(value, out var place)) return place;
            known.Add(value, texts.Count);
            texts.Add(value);
            return texts.Count - 1;
        }
    }

    /// <summary>The concepts that have the property at all.</summary>
    public ConceptSet Any { get; }

    public IEnumerable<string> Values => values;

    /// <summary>The concepts that have that value among the values of the property.</summary>
    public ConceptSet this[string value] =>
        Array.BinarySearch(values, value, StringComparer.Ordinal) is >= 0 and var at ? ConceptSet.Of(ordinals[starts[ranks[at]]..starts[ranks[at] + 1]]) : ConceptSet.Empty;
}
