using System.Collections.Concurrent;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>One version of a code system in the form that answers questions: codes interned, hierarchy as runs, names and properties in columns.</summary>
/// <remarks>
/// Immutable and shared by threads. Concepts are known by ordinal, zero-based, a preorder of the hierarchy. https://hl7.org/fhir/R4/codesystem.html
/// </remarks>
public sealed class CompiledCodeSystem
{
    private readonly string[] codes;
    private readonly string?[] displays;
    private readonly string?[] definitions;
    private readonly Items<Designation> designations;
    private readonly Items<ConceptProperty> properties;
    private readonly Items<ConceptExtension> extensions;
    private readonly Dictionary<string, int> ordinals;
    private readonly ConceptSet inactive;
    private readonly ConceptSet notSelectable;
    private readonly string statusProperty;
    private readonly ConcurrentDictionary<string, PropertyColumn> columns = new(StringComparer.Ordinal);
    private readonly Lazy<ConceptIndex> index;

    internal CompiledCodeSystem(CodeSystemSource source)
    {
        Source = source with { Concepts = [] };
        IsCaseSensitive = source.CaseSensitive ?? true;
        var places = new Dictionary<string, int>(source.Concepts.Count, Comparer);
        for (var place = 0; place < source.Concepts.Count; place++) places.TryAdd(source.Concepts[place].Code, place);
        var graph = ParentGraph.Of(source, places);
        HadCycle = graph.HadCycle;
        var order = graph.Preorder();
        var ordinalOf = new int[order.Length];
        for (var ordinal = 0; ordinal < order.Length; ordinal++) ordinalOf[order[ordinal]] = ordinal;

        var concepts = order.Select(place => source.Concepts[place]).ToArray();
        codes = [.. concepts.Select(concept => concept.Code)];
        displays = [.. concepts.Select(concept => concept.Display)];
        definitions = [.. concepts.Select(concept => concept.Definition)];
        designations = new([.. concepts.Select(concept => concept.Designations)]);
        properties = new([.. concepts.Select(concept => concept.Properties)]);
        extensions = new([.. concepts.Select(concept => concept.Extensions)]);
        ordinals = new(places.Count, Comparer);
        foreach (var (code, place) in places) ordinals.Add(code, ordinalOf[place]);
        Hierarchy = new ConceptHierarchy([.. order.Select(place => (IReadOnlyList<int>)[.. graph.Parents(place).Select(parent => ordinalOf[parent])])]);
        statusProperty = PropertyMeaning("status");
        (inactive, notSelectable) = (FindInactive(), Stated(PropertyMeaning("notSelectable")));
        index = new(() => new ConceptIndex(this));
    }

    /// <summary>The same system with what supplements add to its concepts.</summary>
    private CompiledCodeSystem(CompiledCodeSystem system, IReadOnlyList<CompiledCodeSystem> supplements)
    {
        Source = system.Source with { Properties = [.. system.Source.Properties.Concat(supplements.SelectMany(each => each.Source.Properties)).DistinctBy(each => each.Code)] };
        IsCaseSensitive = system.IsCaseSensitive;
        HadCycle = system.HadCycle;
        (codes, definitions, ordinals, Hierarchy) = (system.codes, system.definitions, system.ordinals, system.Hierarchy);
        displays = [.. codes.Select((code, ordinal) => system.displays[ordinal] ?? supplements.Select(each => each.Find(code) is >= 0 and var at ? each.displays[at] : null).FirstOrDefault(each => each is not null))];
        designations = Joined(system, supplements, each => each.designations);
        properties = Joined(system, supplements, each => each.properties);
        extensions = Joined(system, supplements, each => each.extensions);
        statusProperty = system.statusProperty;
        (inactive, notSelectable) = (FindInactive(), Stated(PropertyMeaning("notSelectable")));
        index = new(() => new ConceptIndex(this));
        Supplements = supplements;
    }

    /// <summary>Compiles a CodeSystem resource; what is not legal in it is passed over.</summary>
    public static CompiledCodeSystem Of(Model.Elements.Element resource) => new(CodeSystemReading.Read(resource));

    /// <summary>What the resource says of the system; its concepts are left out.</summary>
    public CodeSystemSource Source { get; }

    public string Url => Source.Url;
    public string? Version => Source.Version;

    /// <summary><c>url|version</c>, or the url alone where there is no version.</summary>
    public string Canonical => Version is null ? Url : $"{Url}|{Version}";

    /// <summary>The supplements that were put on; none for the system itself.</summary>
    public IReadOnlyList<CompiledCodeSystem> Supplements { get; } = [];

    public bool IsCaseSensitive { get; }

    /// <summary>Whether the statements of its hierarchy went round in a circle; those that closed it count for nothing.</summary>
    public bool HadCycle { get; }

    /// <summary>Whether a code that is not here does not exist.</summary>
    public bool IsComplete => Source.Content == "complete";

    public bool IsSupplement => Source.Content == "supplement";

    public ConceptHierarchy Hierarchy { get; }

    /// <summary>How many concepts.</summary>
    public int Count => codes.Length;

    public ConceptSet All => ConceptSet.All(Count);

    public ConceptSet Inactive => inactive;

    public ConceptSet NotSelectable => notSelectable;

    private StringComparer Comparer => IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The concept of a code, compared as the system says.</summary>
    /// <returns>Its ordinal; -1 when there is none.</returns>
    public int Find(string code) => ordinals.TryGetValue(code, out var ordinal) ? ordinal : -1;

    /// <summary>The code as the system writes it.</summary>
    public string Code(int ordinal) => codes[ordinal];

    public string? Display(int ordinal) => displays[ordinal];

    public string? Definition(int ordinal) => definitions[ordinal];

    public ReadOnlySpan<Designation> Designations(int ordinal) => designations[ordinal];

    public ReadOnlySpan<ConceptProperty> Properties(int ordinal) => properties[ordinal];

    public ReadOnlySpan<ConceptExtension> Extensions(int ordinal) => extensions[ordinal];

    /// <summary>Whether the concept is not for use any more. https://hl7.org/fhir/R4/codesystem.html#status</summary>
    public bool IsInactive(int ordinal) => inactive.Contains(ordinal);

    /// <summary>Whether the concept only groups others. https://hl7.org/fhir/R4/codesystem-concept-properties.html (notSelectable)</summary>
    public bool IsAbstract(int ordinal) => notSelectable.Contains(ordinal);

    /// <summary>The status the concept states: <c>active</c>, <c>retired</c>, <c>deprecated</c>, …; null when it states none.</summary>
    public string? Status(int ordinal)
    {
        foreach (var property in Properties(ordinal))
            if (property.Code == statusProperty || property.Code == "status") return property.Value;
        return null;
    }

    /// <summary>The code that this system has for a property of the specification: that whose uri is <c>http://hl7.org/fhir/concept-properties#…</c>, else the name itself.</summary>
    public string PropertyMeaning(string name) =>
        Source.Properties.FirstOrDefault(property => property.Uri == $"http://hl7.org/fhir/concept-properties#{name}")?.Code ?? name;

    /// <summary>Which concepts have which value of a property; made when it is first asked for.</summary>
    public PropertyColumn Column(string property) => columns.GetOrAdd(property, _ => new PropertyColumn(this, property));

    /// <summary>Names, codes and designations by word.</summary>
    public ConceptIndex Index => index.Value;

    /// <summary>This system with what supplements add: names, designations, properties.</summary>
    public CompiledCodeSystem With(IReadOnlyList<CompiledCodeSystem> supplements) => supplements.Count == 0 ? this : new CompiledCodeSystem(this, supplements);

    private ConceptSet FindInactive() => Stated(PropertyMeaning("inactive"))
        .Union(ConceptSet.Where(Count, ordinal => Status(ordinal) is "retired" or "inactive"));

    private ConceptSet Stated(string property) => ConceptSet.Where(Count, ordinal =>
    {
        foreach (var each in Properties(ordinal))
            if (each.Code == property && each.Value == "true") return true;
        return false;
    });

    private static Items<T> Joined<T>(CompiledCodeSystem system, IReadOnlyList<CompiledCodeSystem> supplements, Func<CompiledCodeSystem, Items<T>> column)
    {
        var lists = new IReadOnlyList<T>[system.Count];
        for (var ordinal = 0; ordinal < lists.Length; ordinal++)
        {
            List<T> list = [.. column(system)[ordinal]];
            foreach (var supplement in supplements)
                if (supplement.Find(system.codes[ordinal]) is >= 0 and var place) list.AddRange(column(supplement)[place]);
            lists[ordinal] = list;
        }

        return new Items<T>(lists);
    }

    /// <summary>Any number of items a concept, in one array.</summary>
    private readonly struct Items<T>
    {
        private readonly int[] starts;
        private readonly T[] items;

        public Items(IReadOnlyList<T>[] lists)
        {
            starts = new int[lists.Length + 1];
            for (var each = 0; each < lists.Length; each++) starts[each + 1] = starts[each] + lists[each].Count;
            items = new T[starts[^1]];
            for (var each = 0; each < lists.Length; each++)
                for (var item = 0; item < lists[each].Count; item++) items[starts[each] + item] = lists[each][item];
        }

        public ReadOnlySpan<T> this[int ordinal] => items.AsSpan(starts[ordinal]..starts[ordinal + 1]);
    }
}

/// <summary>One property of all concepts, the other way round: value to concepts.</summary>
public sealed class PropertyColumn
{
    private readonly Dictionary<string, ConceptSet> byValue;

    internal PropertyColumn(CompiledCodeSystem system, string property)
    {
        var lists = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var any = new List<int>();
        for (var ordinal = 0; ordinal < system.Count; ordinal++)
        {
            foreach (var each in system.Properties(ordinal))
            {
                if (each.Code != property) continue;
                if (!lists.TryGetValue(each.Value, out var list)) lists.Add(each.Value, list = []);
                list.Add(ordinal);
                any.Add(ordinal);
            }
        }

        byValue = lists.ToDictionary(pair => pair.Key, pair => ConceptSet.Of(pair.Value), StringComparer.Ordinal);
        Any = ConceptSet.Of(any);
    }

    /// <summary>The concepts that have the property at all.</summary>
    public ConceptSet Any { get; }

    public IEnumerable<string> Values => byValue.Keys;

    /// <summary>The concepts that have that value among the values of the property.</summary>
    public ConceptSet this[string value] => byValue.GetValueOrDefault(value, ConceptSet.Empty);
}
