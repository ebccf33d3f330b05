using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>The concepts of one code system version in columns: texts as UTF-8 in one pool, hierarchy as runs, properties and names by row. Immutable, shared by threads.</summary>
/// <remarks>Concepts are known by ordinal, zero-based, a preorder of the hierarchy. src/decisions/terminology-forms.md</remarks>
public sealed class ConceptForm
{
    /// <summary>Raised when forms look different or are read differently: kept ones are then made anew.</summary>
    public const int Layout = 2;

    private readonly TextPool texts;
    private readonly CodeTable table;
    private readonly int[] order;
    private readonly int[] displays;
    private readonly int[] definitions;
    private readonly DesignationColumn designations;
    private readonly PropertyRows properties;
    private readonly Dictionary<int, IReadOnlyList<ConceptExtension>> extensions;
    private readonly Lazy<ConceptIndex> index;

    private ConceptForm(
        TextPool texts, bool isCaseSensitive, bool hadCycle, int[] order, int[] displays, int[] definitions, DesignationColumn designations, PropertyRows properties,
        Dictionary<int, IReadOnlyList<ConceptExtension>> extensions, ConceptHierarchy hierarchy, ConceptIndex? index)
    {
        (this.texts, this.order, this.displays, this.definitions) = (texts, order, displays, definitions);
        (this.designations, this.properties, this.extensions, Hierarchy) = (designations, properties, extensions, hierarchy);
        (IsCaseSensitive, HadCycle) = (isCaseSensitive, hadCycle);
        table = new CodeTable(texts, Count, isCaseSensitive, order);
        this.index = index is null ? new(() => new ConceptIndex(this)) : new(index);
    }

    /// <summary>What the form of given concepts depends on besides them, as a short text: the layout, whether case counts, and which properties make the hierarchy.</summary>
    public static string RulesOf(CodeSystemSource header) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Layout} {(header.CaseSensitive ?? true ? "case" : "no-case")} {ParentGraph.MeaningsOf(header)}");

    /// <summary>Compiles what is stated.</summary>
    public static ConceptForm Of(CodeSystemSource source)
    {
        var isCaseSensitive = source.CaseSensitive ?? true;
        var places = new Dictionary<string, int>(source.Concepts.Count, isCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        for (var place = 0; place < source.Concepts.Count; place++) places.TryAdd(source.Concepts[place].Code, place);
        var graph = ParentGraph.Of(source, places);
        var preorder = graph.Preorder();
        var ordinalOf = new int[preorder.Length];
        for (var ordinal = 0; ordinal < preorder.Length; ordinal++) ordinalOf[preorder[ordinal]] = ordinal;

        var concepts = Array.ConvertAll(preorder, place => source.Concepts[place]);
        var numbers = new TextPool.Builder(concepts.Length * 4);
        foreach (var concept in concepts) numbers.Add(concept.Code);
        var displays = Array.ConvertAll(concepts, concept => numbers.Add(concept.Display));
        var definitions = Array.Exists(concepts, concept => concept.Definition is not null) ? Array.ConvertAll(concepts, concept => numbers.Add(concept.Definition)) : [];
        var (designations, properties) = (DesignationColumn.Build(concepts, numbers), PropertyRows.Build(concepts, numbers));
        var texts = numbers.Build();
        var hierarchy = new ConceptHierarchy(Array.ConvertAll(preorder, place => (IReadOnlyList<int>)[.. graph.Parents(place).Select(parent => ordinalOf[parent])]));
        return new ConceptForm(
            texts, isCaseSensitive, graph.HadCycle, ordinalOf, displays, definitions, designations(texts), properties(texts), ExtensionsOf(concepts), hierarchy, null);
    }

    public bool IsCaseSensitive { get; }

    /// <summary>Whether the statements of its hierarchy went round in a circle; those that closed it count for nothing.</summary>
    public bool HadCycle { get; }

    /// <summary>How many concepts.</summary>
    public int Count => displays.Length;

    public ConceptHierarchy Hierarchy { get; }

    /// <summary>Names, codes and designations by word; made on first use.</summary>
    public ConceptIndex Index => index.Value;

    /// <summary>How many further names.</summary>
    public int DesignationCount => designations.Count;

    /// <summary>How many properties.</summary>
    public int PropertyCount => properties.Count;

    /// <summary>Bytes in memory, but for what is made on first use.</summary>
    public long Size => texts.Size + table.Size + designations.Size + properties.Size + Hierarchy.Size
        + (4L * (order.Length + displays.Length + definitions.Length)) + (index.IsValueCreated ? Index.Size : 0);

    /// <summary>The concept of a code, compared as the system says.</summary>
    /// <returns>Its ordinal; -1 when there is none.</returns>
    public int Find(ReadOnlySpan<char> code) => table.Find(code);

    public string Code(int ordinal) => texts[ordinal];

    public string? Display(int ordinal) => texts.Find(displays[ordinal]);

    public bool HasDisplay(int ordinal) => displays[ordinal] >= 0;

    /// <summary>Whether a concept has exactly that display.</summary>
    public bool IsDisplay(int ordinal, string display) => displays[ordinal] >= 0 && texts.Is(displays[ordinal], display);

    public string? Definition(int ordinal) => definitions.Length == 0 ? null : texts.Find(definitions[ordinal]);

    public Designation[] Designations(int ordinal) => designations[ordinal];

    public ConceptProperty[] Properties(int ordinal) => properties[ordinal];

    /// <summary>Whether any concept has extensions.</summary>
    public bool HasExtensions => extensions.Count > 0;

    public IReadOnlyList<ConceptExtension> Extensions(int ordinal) => extensions.TryGetValue(ordinal, out var own) ? own : [];

    /// <summary>The languages that designations state, each once.</summary>
    internal IEnumerable<string> Languages => designations.Languages;

    internal TextPool Texts => texts;

    internal PropertyRows PropertyRows => properties;

    internal DesignationColumn DesignationRows => designations;

    /// <summary>The number of a concept's display among the texts; -1 when it has none. That of its code is the ordinal.</summary>
    internal int DisplayText(int ordinal) => displays[ordinal];

    /// <summary>The numbers of a concept's texts that it is found by: code, display, designations.</summary>
    internal void AddNames(int ordinal, List<int> numbers)
    {
        numbers.Add(ordinal);
        if (displays[ordinal] >= 0) numbers.Add(displays[ordinal]);
        foreach (var text in designations.Texts(ordinal)) numbers.Add(text);
    }

    /// <summary>Writes the form with its index, to be read by <see cref="Read"/>.</summary>
    public void Write(Stream stream)
    {
        using var writer = new FormWriter(stream);
        writer.Write(Layout);
        writer.Write((IsCaseSensitive ? 1 : 0) + (HadCycle ? 2 : 0));
        texts.Write(writer);
        writer.Write<int>(order);
        writer.Write<int>(displays);
        writer.Write<int>(definitions);
        designations.Write(writer);
        properties.Write(writer);
        ExtensionRows.Write(writer, extensions);
        Hierarchy.Write(writer);
        Index.Write(writer);
    }

    /// <returns>Null when it was written in another layout.</returns>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public static ConceptForm? Read(Stream stream)
    {
        using var reader = new FormReader(stream);
        if (reader.ReadInteger() != Layout) return null;
        var flags = reader.ReadInteger();
        var texts = TextPool.Read(reader);
        var (order, displays, definitions) = (reader.Read<int>(), reader.Read<int>(), reader.Read<int>());
        var (designations, properties) = (DesignationColumn.Read(reader, texts), PropertyRows.Read(reader, texts));
        var (extensions, hierarchy, index) = (ExtensionRows.Read(reader), ConceptHierarchy.Read(reader), ConceptIndex.Read(reader));
        return new ConceptForm(texts, (flags & 1) != 0, (flags & 2) != 0, order, displays, definitions, designations, properties, extensions, hierarchy, index);
    }

    private static Dictionary<int, IReadOnlyList<ConceptExtension>> ExtensionsOf(ConceptSource[] concepts)
    {
        var extensions = new Dictionary<int, IReadOnlyList<ConceptExtension>>();
        for (var ordinal = 0; ordinal < concepts.Length; ordinal++)
            if (concepts[ordinal].Extensions.Count > 0) extensions.Add(ordinal, concepts[ordinal].Extensions);
        return extensions;
    }
}
