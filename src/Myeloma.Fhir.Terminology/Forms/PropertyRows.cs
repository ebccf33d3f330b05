using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>The properties of all concepts: of each the value as a text, and which of the few kinds it is of. Equal values are one text.</summary>
internal sealed class PropertyRows
{
    private readonly TextPool texts;
    private readonly ListColumn rows;
    private readonly int[] values;
    private readonly int[] kindOf;
    private readonly Kind[] kinds;
    private readonly Dictionary<int, int> displays;

    private PropertyRows(TextPool texts, ListColumn rows, int[] values, int[] kindOf, Kind[] kinds, Dictionary<int, int> displays) =>
        (this.texts, this.rows, this.values, this.kindOf, this.kinds, this.displays) = (texts, rows, values, kindOf, kinds, displays);

    public int Count => values.Length;

    public long Size => 4L * (rows.Starts.Length + values.Length + kindOf.Length);

    /// <summary>The properties of a concept, in the order they are stated in; made for who asks.</summary>
    public ConceptProperty[] this[int ordinal]
    {
        get
        {
            var (from, to) = rows[ordinal];
            if (from == to) return [];
            var properties = new ConceptProperty[to - from];
            for (var row = from; row < to; row++)
            {
                var kind = kinds[kindOf[row]];
                properties[row - from] = new ConceptProperty(kind.Code, kind.Type, texts[values[row]], kind.System, displays.TryGetValue(row, out var display) ? texts[display] : null) { Group = kind.Group };
            }

            return properties;
        }
    }

    /// <summary>The rows of a concept's properties: from, and up to.</summary>
    public (int From, int To) Rows(int ordinal) => rows[ordinal];

    /// <summary>Which of the kinds the property of a row is of, counted from zero.</summary>
    public int KindOf(int row) => kindOf[row];

    /// <summary>The value of a row as UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int row) => texts.Bytes(values[row]);

    /// <summary>The display of a row's Coding; null when it has none.</summary>
    public string? DisplayOf(int row) => displays.TryGetValue(row, out var display) ? texts[display] : null;

    /// <summary>Something for each kind, made of the property's code, the type of its values and the system of Codings.</summary>
    public T[] ForKinds<T>(Func<string, string, string?, T> make) => Array.ConvertAll(kinds, kind => make(kind.Code, kind.Type, kind.System));

    /// <summary>Whether any concept has the property.</summary>
    public bool States(string code) => Array.Exists(kinds, kind => kind.Code == code);

    /// <summary>The values that concepts have of a property, in rising order of concepts.</summary>
    /// <param name="code">Of the property.</param>
    public IEnumerable<(int Ordinal, int Text)> Having(string code)
    {
        var wanted = Array.ConvertAll(kinds, kind => kind.Code == code);
        if (!wanted.Contains(true)) yield break;
        for (var (ordinal, row) = (0, 0); row < values.Length; row++)
        {
            if (!wanted[kindOf[row]]) continue;
            while (rows[ordinal].To <= row) ordinal++;
            yield return (ordinal, values[row]);
        }
    }

    /// <summary>The relationships of all concepts, in rising order of concepts.</summary>
    /// <param name="isAttribute">Which codes are those of relationships, where none has a group.</param>
    public IEnumerable<(int Ordinal, string Code, string Type, int Group, string Value)> Relationships(Func<string, bool> isAttribute)
    {
        var areGrouped = Array.Exists(kinds, kind => kind.Group is not null);
        var wanted = Array.ConvertAll(kinds, kind => areGrouped ? kind.Group is not null : isAttribute(kind.Code));
        for (var (ordinal, row) = (0, 0); row < values.Length; row++)
        {
            var kind = kinds[kindOf[row]];
            if (!wanted[kindOf[row]]) continue;
            while (rows[ordinal].To <= row) ordinal++;
            yield return (ordinal, kind.Code, kind.Type, kind.Group ?? 0, texts[values[row]]);
        }
    }

    /// <summary>The value of the first property of a concept that has one of two codes; null when it has none.</summary>
    public string? First(int ordinal, string code, string other)
    {
        var (from, to) = rows[ordinal];
        for (var row = from; row < to; row++)
            if (kinds[kindOf[row]].Code is var known && (known == code || known == other)) return texts[values[row]];
        return null;
    }

    public void Write(FormWriter writer)
    {
        writer.Write(rows.Starts);
        writer.Write<int>(values);
        writer.Write<int>(kindOf);
        writer.Write(kinds.Length);
        foreach (var kind in kinds)
        {
            foreach (var text in (string?[])[kind.Code, kind.Type, kind.System]) writer.Write(text);
            writer.Write(kind.Group ?? -1);
        }

        writer.Write<int>([.. displays.Keys]);
        writer.Write<int>([.. displays.Values]);
    }

    public static PropertyRows Read(FormReader reader, TextPool texts)
    {
        var (rows, values, kindOf) = (new ListColumn(reader.Read<int>()), reader.Read<int>(), reader.Read<int>());
        var kinds = new Kind[reader.ReadInteger()];
        for (var each = 0; each < kinds.Length; each++) kinds[each] = new Kind(reader.ReadText()!, reader.ReadText()!, reader.ReadText(), reader.ReadInteger() is >= 0 and var group ? group : null);
        return new PropertyRows(texts, rows, values, kindOf, kinds, reader.Read<int>().Zip(reader.Read<int>()).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <param name="numbers">Takes the texts; what it builds is the pool of the rows.</param>
    public static Func<TextPool, PropertyRows> Build(IReadOnlyList<ConceptSource> concepts, TextPool.Builder numbers)
    {
        var rows = ListColumn.Of(concepts, concept => concept.Properties.Count);
        var (values, kindOf, kinds) = (new int[rows.Total], new int[rows.Total], new OrderedDictionary<Kind, int>());
        var displays = new Dictionary<int, int>();
        var row = 0;
        foreach (var concept in concepts)
        {
            foreach (var property in concept.Properties)
            {
                var kind = new Kind(property.Code, property.Kind, property.System, property.Group);
                if (!kinds.TryGetValue(kind, out kindOf[row])) kinds.Add(kind, kindOf[row] = kinds.Count);
                if (property.Display is not null) displays.Add(row, numbers.Share(property.Display));
                values[row++] = numbers.Share(property.Value);
            }
        }

        return texts => new PropertyRows(texts, rows, values, kindOf, [.. kinds.Keys], displays);
    }

    private sealed record Kind(string Code, string Type, string? System, int? Group);
}
