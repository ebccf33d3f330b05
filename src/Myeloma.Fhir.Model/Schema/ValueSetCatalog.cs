using System.Collections.Concurrent;

namespace Myeloma.Fhir.Model.Schema;

/// <summary>The value sets of the R4 definitions. A set is unpacked when it is first asked for.</summary>
/// <remarks>Shared by threads. What they compose is told, not expanded.</remarks>
public sealed class ValueSetCatalog
{
    private readonly PackedReader reader;
    private readonly int bodies;
    private readonly Dictionary<string, (string? Version, int Offset)> index;
    private readonly ConcurrentDictionary<string, ValueSetDefinition> unpacked = new(StringComparer.Ordinal);

    private ValueSetCatalog(PackedReader reader)
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

    internal static ValueSetCatalog Open() => new(PackedReader.Open("value-sets.br"));

    /// <summary>Canonical urls without version, in ordinal order: 1,316.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>Whether there is one of that url; it is not unpacked for it.</summary>
    /// <param name="url">Without a version.</param>
    public bool Contains(string url) => index.ContainsKey(url);

    /// <summary>The value set of that url; each url has one version here.</summary>
    /// <param name="url">Without a version.</param>
    /// <returns>Null when it is none of the definitions'.</returns>
    public ValueSetDefinition? Find(string url) =>
        index.TryGetValue(url, out var entry) ? unpacked.GetOrAdd(url, _ => Unpack(url, entry.Version, entry.Offset)) : null;

    private ValueSetDefinition Unpack(string url, string? version, int offset)
    {
        lock (reader)
        {
            reader.Position = bodies + offset;
            return new ValueSetDefinition(
                url,
                version,
                reader.Inline(),
                Optional(),
                reader.Inline(),
                reader.Bool(),
                Optional(),
                reader.Byte() switch { 0 => null, 1 => false, _ => true },
                List(ReadClause),
                List(ReadClause));
        }
    }

    private ValueSetClause ReadClause() => new(
        Optional(),
        Optional(),
        List(() => (reader.Inline(), Optional())),
        List(() => new ValueSetFilter(reader.Inline(), reader.Inline(), reader.Inline())),
        List(reader.Inline));

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

/// <summary>A ValueSet and its content logical definition. https://hl7.org/fhir/R4/valueset.html#compositions</summary>
/// <param name="Inactive">Whether inactive codes are in the set; null: not stated.</param>
public sealed record ValueSetDefinition(
    string Url,
    string? Version,
    string Name,
    string? Title,
    string Status,
    bool Immutable,
    string? LockedDate,
    bool? Inactive,
    IReadOnlyList<ValueSetClause> Include,
    IReadOnlyList<ValueSetClause> Exclude);

/// <summary>One include or exclude.</summary>
/// <param name="Concepts">Listed codes with the display stated here; none: the whole system, as far as the filters let it through.</param>
/// <param name="ValueSets">Canonicals of imported sets.</param>
public sealed record ValueSetClause(
    string? System,
    string? Version,
    IReadOnlyList<(string Code, string? Display)> Concepts,
    IReadOnlyList<ValueSetFilter> Filters,
    IReadOnlyList<string> ValueSets);

/// <param name="Operator">Code of https://hl7.org/fhir/R4/valueset-filter-operator.html.</param>
public sealed record ValueSetFilter(string Property, string Operator, string Value);
