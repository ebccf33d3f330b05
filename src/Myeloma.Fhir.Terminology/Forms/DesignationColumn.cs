using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>The further names of all concepts: of each the text, and which of the few kinds it is of.</summary>
internal sealed class DesignationColumn
{
    private readonly TextPool texts;
    private readonly ListColumn rows;
    private readonly int[] values;
    private readonly int[] kindOf;
    private readonly NameKind[] kinds;
    private readonly Dictionary<int, IReadOnlyList<ConceptExtension>> extensions;

    private DesignationColumn(TextPool texts, ListColumn rows, int[] values, int[] kindOf, NameKind[] kinds, Dictionary<int, IReadOnlyList<ConceptExtension>> extensions) =>
        (this.texts, this.rows, this.values, this.kindOf, this.kinds, this.extensions) = (texts, rows, values, kindOf, kinds, extensions);

    public int Count => values.Length;

    public long Size => 4L * (rows.Starts.Length + values.Length + kindOf.Length);

    /// <summary>The languages that names state, each once.</summary>
    public IEnumerable<string> Languages => kinds.Select(kind => kind.Language).OfType<string>().Distinct();

    /// <summary>The names of a concept, in the order they are stated in; made for who asks.</summary>
    public Designation[] this[int ordinal]
    {
        get
        {
            var (from, to) = rows[ordinal];
            if (from == to) return [];
            var names = new Designation[to - from];
            for (var row = from; row < to; row++)
            {
                var kind = kinds[kindOf[row]];
                var name = new Designation(kind.Language, kind.Use, texts[values[row]], kind.Status);
                names[row - from] = extensions.TryGetValue(row, out var own) ? name with { Extensions = own } : name;
            }

            return names;
        }
    }

    /// <summary>The rows of a concept's names: from, and up to.</summary>
    public (int From, int To) Rows(int ordinal) => rows[ordinal];

    /// <summary>Which of the kinds the name of a row is of, counted from zero.</summary>
    public int KindOf(int row) => kindOf[row];

    /// <summary>The name of a row as UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int row) => texts.Bytes(values[row]);

    /// <summary>Something for each kind, made of its language and its use.</summary>
    public T[] ForKinds<T>(Func<string?, ConceptUse?, T> make) => Array.ConvertAll(kinds, kind => make(kind.Language, kind.Use));

    /// <summary>The numbers of the texts of a concept's names.</summary>
    public ReadOnlySpan<int> Texts(int ordinal) => rows[ordinal] is var (from, to) ? values.AsSpan(from, to - from) : default;

    public void Write(FormWriter writer)
    {
        writer.Write(rows.Starts);
        writer.Write<int>(values);
        writer.Write<int>(kindOf);
        writer.Write(kinds.Length);
        foreach (var (language, use, status) in kinds)
        {
            writer.Write(language);
            writer.Write(use is null ? 0 : 1);
            foreach (var text in use is null ? (string?[])[] : [use.System, use.Code, use.Display]) writer.Write(text);
            writer.Write(status);
        }

        ExtensionRows.Write(writer, extensions);
    }

    public static DesignationColumn Read(FormReader reader, TextPool texts)
    {
        var (rows, values, kindOf) = (new ListColumn(reader.Read<int>()), reader.Read<int>(), reader.Read<int>());
        var kinds = new NameKind[reader.ReadInteger()];
        for (var each = 0; each < kinds.Length; each++)
        {
            var language = reader.ReadText();
            var use = reader.ReadInteger() == 0 ? null : new ConceptUse(reader.ReadText(), reader.ReadText(), reader.ReadText());
            kinds[each] = new NameKind(language, use, reader.ReadText());
        }

        return new DesignationColumn(texts, rows, values, kindOf, kinds, ExtensionRows.Read(reader));
    }

    /// <param name="numbers">Takes the texts; what it builds is the pool of the column.</param>
    public static Func<TextPool, DesignationColumn> Build(IReadOnlyList<ConceptSource> concepts, TextPool.Builder numbers)
    {
        var rows = ListColumn.Of(concepts, concept => concept.Designations.Count);
        var (values, kindOf, kinds) = (new int[rows.Total], new int[rows.Total], new OrderedDictionary<NameKind, int>());
        var extensions = new Dictionary<int, IReadOnlyList<ConceptExtension>>();
        var row = 0;
        foreach (var concept in concepts)
        {
            foreach (var name in concept.Designations)
            {
                var kind = new NameKind(name.Language, name.Use, name.Status);
                if (!kinds.TryGetValue(kind, out kindOf[row])) kinds.Add(kind, kindOf[row] = kinds.Count);
                if (name.Extensions.Count > 0) extensions.Add(row, name.Extensions);
                values[row++] = numbers.Add(name.Value);
            }
        }

        return texts => new DesignationColumn(texts, rows, values, kindOf, [.. kinds.Keys], extensions);
    }

    private sealed record NameKind(string? Language, ConceptUse? Use, string? Status);
}
