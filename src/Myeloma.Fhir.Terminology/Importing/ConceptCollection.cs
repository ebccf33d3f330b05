using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Concepts as they are met in the files of a release, in whatever order; then the code system of them.</summary>
/// <param name="comparer">How the system compares codes.</param>
internal sealed class ConceptCollection(StringComparer? comparer = null)
{
    private readonly Dictionary<string, int> places = new(comparer ?? StringComparer.Ordinal);
    private readonly List<Entry> entries = [];
    private readonly Dictionary<string, string> pool = new(StringComparer.Ordinal);
    private readonly Dictionary<ConceptUse, ConceptUse> uses = [];
    private readonly Dictionary<(string Code, string Kind, string Value), ConceptProperty> properties = [];

    public int Count => entries.Count;

    /// <summary>The concept of a code, added when it is new.</summary>
    public Entry this[string code]
    {
        get
        {
            if (places.TryGetValue(code, out var place)) return entries[place];
            places.Add(code, entries.Count);
            var entry = new Entry(code);
            entries.Add(entry);
            return entry;
        }
    }

    public Entry? Find(string code) => places.TryGetValue(code, out var place) ? entries[place] : null;

    public bool Contains(string code) => places.ContainsKey(code);

    /// <summary>Takes over all concepts of another collection, behind its own; what both have is put together.</summary>
    public void Take(ConceptCollection other)
    {
        foreach (var entry in other.entries)
        {
            if (places.TryAdd(entry.Code, entries.Count)) entries.Add(entry);
            else entries[places[entry.Code]].Take(entry);
        }
    }

    /// <summary>The same string for equal ones, for values that many concepts have.</summary>
    public string Pooled(string text)
    {
        if (pool.TryGetValue(text, out var known)) return known;
        pool.Add(text, text);
        return text;
    }

    /// <inheritdoc cref="Pooled(string)"/>
    public string Pooled(ReadOnlySpan<char> text)
    {
        var lookup = pool.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out var known)) return known;
        var made = text.ToString();
        pool.Add(made, made);
        return made;
    }

    /// <inheritdoc cref="Pooled(string)"/>
    public ConceptUse Pooled(ConceptUse use)
    {
        if (uses.TryGetValue(use, out var known)) return known;
        uses.Add(use, use);
        return use;
    }

    /// <summary>A property, the same object for equal ones.</summary>
    public ConceptProperty Property(string code, string kind, string value)
    {
        if (properties.TryGetValue((code, kind, value), out var known)) return known;
        var made = new ConceptProperty(code, kind, value);
        properties.Add((code, kind, value), made);
        return made;
    }

    /// <summary>The concepts as a code system states them; parents that are no concepts are left out.</summary>
    /// <exception cref="FhirException"><c>structure</c>: there are none.</exception>
    public IReadOnlyList<ConceptSource> Sources(string format)
    {
        if (entries.Count == 0) throw new FhirException(Issue.Structure($"The release of the form {format} has no concepts."));
        var sources = new ConceptSource[entries.Count];
        Parallel.For(0, sources.Length, place =>
        {
            var entry = entries[place];
            sources[place] = new ConceptSource(entry.Code, entry.Display, entry.Definition, -1)
            {
                FurtherParents = PlacesOf(entry),
                Designations = entry.HasDesignations ? [.. entry.Designations] : [],
                Properties = entry.HasProperties ? [.. entry.Properties] : [],
                Extensions = entry.HasExtensions ? [.. entry.Extensions] : [],
            };
        });
        return sources;
    }

    private int[] PlacesOf(Entry entry)
    {
        if (!entry.HasParents) return [];
        var (found, count) = (new int[entry.Parents.Count], 0);
        foreach (var parent in entry.Parents)
            if (places.TryGetValue(parent, out var place) && !found.AsSpan(0, count).Contains(place)) found[count++] = place;
        return count == found.Length ? found : found[..count];
    }

    /// <returns>The properties in use that the condition holds for, each with the kind of its first value, in the order of their codes.</returns>
    public IEnumerable<(string Code, string Kind)> AttributeTypes(Func<string, bool> condition)
    {
        var kinds = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries)
            foreach (var property in entry.Properties)
                if (condition(property.Code)) kinds.TryAdd(property.Code, property.Kind);
        return kinds.Select(kind => (kind.Key, kind.Value));
    }

    /// <summary>What is known of one concept.</summary>
    public sealed class Entry(string code)
    {
        // Most concepts lack some of them.
        private List<string>? parents;
        private List<Designation>? designations;
        private List<ConceptProperty>? properties;
        private List<ConceptExtension>? extensions;

        public string Code { get; } = code;
        public string? Display { get; set; }
        public string? Definition { get; set; }
        public List<string> Parents => parents ??= [];
        public List<Designation> Designations => designations ??= [];
        public List<ConceptProperty> Properties => properties ??= [];
        public List<ConceptExtension> Extensions => extensions ??= [];
        public bool HasParents => parents is not null;
        public bool HasDesignations => designations is not null;
        public bool HasProperties => properties is not null;
        public bool HasExtensions => extensions is not null;

        /// <summary>Adds what another place says of the concept; display and definition stay those of the first.</summary>
        public void Take(Entry other)
        {
            Display ??= other.Display;
            Definition ??= other.Definition;
            Parents.AddRange(other.Parents);
            Designations.AddRange(other.Designations);
            Properties.AddRange(other.Properties);
            Extensions.AddRange(other.Extensions);
        }

        public void Add(string property, string kind, string value)
        {
            if (value.Length > 0) Properties.Add(new ConceptProperty(property, kind, value));
        }
    }
}
