using System.Collections.Concurrent;

namespace Myeloma.Fhir.Model.Schema;

/// <summary>The code systems of the R4 definitions: FHIR's own, HL7 v3 and v2. A system is unpacked when it is first asked for.</summary>
/// <remarks>Shared by threads. The content of external terminologies (SNOMED CT, LOINC, …) is not among them.</remarks>
public sealed class CodeSystemCatalog
{
    private readonly PackedReader reader;
    private readonly int bodies;
    private readonly Dictionary<string, (string? Version, int Offset)> index;
    private readonly ConcurrentDictionary<string, CodeSystemDefinition> unpacked = new(StringComparer.Ordinal);

    private CodeSystemCatalog(PackedReader reader)
    {
        this.reader = reader;
        var count = reader.Int();
        index = new(count, StringComparer.Ordinal);
        var urls = new string[count];
        for (var each = 0; each < count; each++)
        {
            urls[each] = reader.Text();
            index.Add(urls[each], (reader.TextOrNull(), reader.Int()));
        }

        bodies = reader.Position;
        Urls = urls;
    }

    internal static CodeSystemCatalog Open() => new(PackedReader.Open("code-systems.br"));

    /// <summary>Canonical urls without version, in ordinal order: 1,062.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>The code system of that url; each url has one version here.</summary>
    /// <param name="url">Without a version.</param>
    /// <returns>Null when it is none of the definitions'.</returns>
    public CodeSystemDefinition? Find(string url) =>
        index.TryGetValue(url, out var entry) ? unpacked.GetOrAdd(url, _ => Unpack(url, entry.Version, entry.Offset)) : null;

    /// <summary>Every code system, unpacked one after the other for the caller alone: what was not asked for by its url does not stay in memory.</summary>
    public IEnumerable<CodeSystemDefinition> Walk()
    {
        foreach (var (url, entry) in index.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            yield return unpacked.TryGetValue(url, out var kept) ? kept : Unpack(url, entry.Version, entry.Offset);
    }

    private CodeSystemDefinition Unpack(string url, string? version, int offset)
    {
        lock (reader)
        {
            reader.Position = bodies + offset;
            return Read(url, version);
        }
    }

    private CodeSystemDefinition Read(string url, string? version) => new(
        url,
        version,
        reader.Inline(),
        Optional(),
        reader.Inline(),
        reader.Bool(),
        reader.Inline(),
        Optional(),
        Optional(),
        Optional(),
        List(() => new CodeSystemProperty(reader.Inline(), Optional(), reader.Inline())),
        List(() => new CodeSystemFilter(reader.Inline(), reader.Inline().Split(' ', StringSplitOptions.RemoveEmptyEntries), reader.Inline())),
        List(ReadConcept));

    private ConceptDefinition ReadConcept() => new(
        reader.Inline(),
        Optional(),
        Optional(),
        List(reader.Int),
        List(() => new ConceptProperty(reader.Inline(), reader.Inline(), reader.Inline())),
        List(() => new ConceptDesignation(Optional(), reader.Inline())));

    private string? Optional() => reader.Inline() is { Length: > 0 } text ? text : null;

    private T[] List<T>(Func<T> read)
    {
        var count = reader.Int();
        if (count == 0) return [];
        var list = new T[count];
        for (var each = 0; each < count; each++) list[each] = read();
        return list;
    }
}

/// <summary>A CodeSystem. https://hl7.org/fhir/R4/codesystem.html</summary>
/// <param name="Content"><c>complete</c>, <c>not-present</c>, <c>example</c>, <c>fragment</c> or <c>supplement</c>.</param>
/// <param name="Concepts">All concepts, a parent before the children nested in it.</param>
public sealed record CodeSystemDefinition(
    string Url,
    string? Version,
    string Name,
    string? Title,
    string Status,
    bool CaseSensitive,
    string Content,
    string? HierarchyMeaning,
    string? ValueSet,
    string? Supplements,
    IReadOnlyList<CodeSystemProperty> Properties,
    IReadOnlyList<CodeSystemFilter> Filters,
    IReadOnlyList<ConceptDefinition> Concepts);

/// <summary>A property that concepts may have.</summary>
public sealed record CodeSystemProperty(string Code, string? Uri, string Type);

/// <summary>A filter that value sets may use.</summary>
public sealed record CodeSystemFilter(string Code, IReadOnlyList<string> Operators, string Value);

/// <summary>A concept of a code system.</summary>
/// <param name="Parents">Indexes into the concepts of the system; stated by nesting or by the properties parent, subsumedBy and child.</param>
public sealed record ConceptDefinition(
    string Code,
    string? Display,
    string? Definition,
    IReadOnlyList<int> Parents,
    IReadOnlyList<ConceptProperty> Properties,
    IReadOnlyList<ConceptDesignation> Designations);

/// <param name="Kind">The type of the value: code, Coding, string, integer, boolean, dateTime or decimal.</param>
/// <param name="Value">As written; a Coding as <c>system|code</c>.</param>
public sealed record ConceptProperty(string Code, string Kind, string Value);

public sealed record ConceptDesignation(string? Language, string Value);
