using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>The index rows of one version, in the shape of the tables but for the rid.</summary>
internal sealed class IndexEntries
{
    /// <summary>Most characters of a text that go into a B-tree, whose entries are limited to a third of a page.</summary>
    public const int PrefixLength = 200;

    public HashSet<long> Postings { get; } = [];
    public Dictionary<int, (string Low, string High)> Codes { get; } = [];
    public HashSet<StringEntry> Strings { get; } = [];
    public HashSet<ReferenceEntry> References { get; } = [];
    public HashSet<UriEntry> Uris { get; } = [];
    public HashSet<DateEntry> Dates { get; } = [];
    public HashSet<NumberEntry> Numbers { get; } = [];
    public HashSet<QuantityEntry> Quantities { get; } = [];

    public static IndexEntries From(IndexRows rows)
    {
        var entries = new IndexEntries();
        foreach (var id in rows.Present) entries.Postings.Add(PostingHash.Presence(id));
        foreach (var row in rows.Tokens) entries.AddToken(row.ParameterId, row.System, row.Code);
        foreach (var row in rows.Strings) entries.AddString(row.ParameterId, row.Folded, row.Exact);
        foreach (var row in rows.References) entries.AddReference(row.ParameterId, row.TargetType, row.TargetId, row.Url, row.Version);
        foreach (var row in rows.Uris) entries.AddUri(row.ParameterId, row.Value);
        foreach (var row in rows.Dates) entries.Dates.Add(new DateEntry(row.ParameterId, row.Low, row.High));
        foreach (var row in rows.Numbers) entries.Numbers.Add(new NumberEntry(row.ParameterId, row.Low, row.High));
        foreach (var row in rows.Quantities) entries.AddQuantity(row.ParameterId, row.System, row.Code, row.Low, row.High);
        return entries;
    }

    private void AddToken(int parameterId, string? system, string code)
    {
        if (system is { Length: > 0 }) Postings.Add(PostingHash.WholeSystem(parameterId, system));
        if (code.Length == 0) return;

        Postings.Add(PostingHash.AnyCode(parameterId, code));
        Postings.Add(system is { Length: > 0 }
            ? PostingHash.SystemAndCode(parameterId, system, code)
            : PostingHash.CodeWithoutSystem(parameterId, code));

        var key = Prefix(code);
        var (low, high) = Codes.GetValueOrDefault(parameterId, (key, key));
        Codes[parameterId] = (string.CompareOrdinal(key, low) < 0 ? key : low, string.CompareOrdinal(key, high) > 0 ? key : high);
    }

    private void AddString(int parameterId, string folded, string exact)
    {
        Postings.Add(PostingHash.Exact(parameterId, exact));
        var prefix = Prefix(folded);
        Strings.Add(new StringEntry(parameterId, prefix, prefix.Length == folded.Length ? null : folded, exact));
    }

    private void AddReference(int parameterId, string? targetType, string? targetId, string? url, string? version)
    {
        References.Add(new ReferenceEntry(parameterId, targetType, targetId, url, url is null ? null : PostingHash.Text(url), version));
    }

    private void AddUri(int parameterId, string value)
    {
        Uris.Add(new UriEntry(parameterId, Prefix(value), value, PostingHash.Text(value)));
    }

    private void AddQuantity(int parameterId, string? system, string? code, decimal low, decimal high)
    {
        Quantities.Add(new QuantityEntry(parameterId, system, code, code is null ? null : PostingHash.Text(code), low, high));
    }

    /// <summary>The start of a text that is indexed; never half of a surrogate pair.</summary>
    public static string Prefix(string text)
    {
        if (text.Length <= PrefixLength) return text;
        return text[..(char.IsHighSurrogate(text[PrefixLength - 1]) ? PrefixLength - 1 : PrefixLength)];
    }

    public readonly record struct StringEntry(int ParameterId, string Prefix, string? Folded, string Exact);

    public readonly record struct ReferenceEntry(int ParameterId, string? TargetType, string? TargetId, string? Url, long? UrlHash, string? Version);

    public readonly record struct UriEntry(int ParameterId, string Prefix, string Value, long ValueHash);

    public readonly record struct DateEntry(int ParameterId, DateTimeOffset Low, DateTimeOffset High);

    public readonly record struct NumberEntry(int ParameterId, decimal Low, decimal High);

    public readonly record struct QuantityEntry(int ParameterId, string? System, string? Code, long? CodeHash, decimal Low, decimal High);
}
