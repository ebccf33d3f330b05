using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>The index rows of one version, in the shape of the tables but for the rid.</summary>
internal sealed class IndexEntries
{
    /// <summary>Most characters of a text that go into a B-tree, whose entries are limited to a third of a page.</summary>
    public const int PrefixLength = 200;

    public HashSet<long> Postings { get; } = [];
    public HashSet<(long Hash, int Item)> ItemPostings { get; } = [];
    public Dictionary<int, (string Low, string High)> Codes { get; } = [];
    public HashSet<StringEntry> Strings { get; } = [];
    public HashSet<ReferenceEntry> References { get; } = [];
    public HashSet<UriEntry> Uris { get; } = [];
    public HashSet<DateEntry> Dates { get; } = [];
    public HashSet<NumberEntry> Numbers { get; } = [];
    public HashSet<QuantityEntry> Quantities { get; } = [];

    /// <summary>The parameter of references that no search parameter covers: only who deletes their target looks for them.</summary>
    public const int Uncovered = 0;

    /// <summary>Of what the version contains; null in the entries of what is contained.</summary>
    public ContainedEntries? Contained { get; private set; }

    /// <summary>The rows of a resource: what search parameters say of it, and the references they leave out.</summary>
    public static IndexEntries Of(ResourceDocument document, Func<ResourceDocument, IndexRows> extract)
    {
        var rows = extract(document);
        var entries = From(rows);
        entries.Contained = ContainedEntries.Of(document, rows.LocalReferences, extract);
        HashSet<ResourceKey>? covered = null;
        foreach (var reference in LiteralReference.Of(document, null))
        {
            covered ??= [.. entries.References.Where(entry => entry.TargetId is not null && entry.Version is null).Select(entry => new ResourceKey(entry.TargetType ?? "", entry.TargetId!))];
            if (reference.VersionId is null && covered.Add(reference.Target)) entries.AddReference(new ReferenceRow(Uncovered, reference.Target.Type, reference.Target.Id, null, null));
        }

        return entries;
    }

    public FullTextRow? FullText { get; private init; }

    public static IndexEntries From(IndexRows rows)
    {
        var entries = new IndexEntries { FullText = rows.FullText };
        foreach (var id in rows.Present) entries.Postings.Add(PostingHash.Presence(id));
        foreach (var row in rows.Tokens) entries.AddToken(row);
        foreach (var row in rows.TypedIdentifiers) entries.Postings.Add(PostingHash.TypedIdentifier(row.ParameterId, row.TypeSystem ?? "", row.TypeCode, row.Value));
        foreach (var row in rows.Strings) entries.AddString(row);
        foreach (var row in rows.References) entries.AddReference(row);
        foreach (var row in rows.Uris) entries.AddUri(row);
        foreach (var row in rows.Dates) entries.Dates.Add(new DateEntry(row.ParameterId, row.Low, row.High, row.Item));
        foreach (var row in rows.Numbers) entries.Numbers.Add(new NumberEntry(row.ParameterId, row.Low, row.High, row.Item));
        foreach (var row in rows.Quantities) entries.AddQuantity(row);
        return entries;
    }

    private void AddToken(TokenRow row)
    {
        foreach (var hash in Hashes(row))
        {
            if (row.Item is { } item) ItemPostings.Add((hash, item));
            else Postings.Add(hash);
        }

        if (row.Code.Length == 0 || row.Item is not null) return;
        var key = Prefix(row.Code);
        var (low, high) = Codes.GetValueOrDefault(row.ParameterId, (key, key));
        Codes[row.ParameterId] = (string.CompareOrdinal(key, low) < 0 ? key : low, string.CompareOrdinal(key, high) > 0 ? key : high);
    }

    private static IEnumerable<long> Hashes(TokenRow row)
    {
        var (parameterId, system, code, _) = row;
        if (system is { Length: > 0 }) yield return PostingHash.WholeSystem(parameterId, system);
        if (code.Length == 0) yield break;

        yield return PostingHash.AnyCode(parameterId, code);
        yield return system is { Length: > 0 }
            ? PostingHash.SystemAndCode(parameterId, system, code)
            : PostingHash.CodeWithoutSystem(parameterId, code);
    }

    private void AddString(StringRow row)
    {
        if (row.Item is null) Postings.Add(PostingHash.Exact(row.ParameterId, row.Exact));
        var prefix = Prefix(row.Folded);
        Strings.Add(new StringEntry(row.ParameterId, prefix, prefix.Length == row.Folded.Length ? null : row.Folded, row.Exact, row.Item));
    }

    private void AddReference(ReferenceRow row) => References.Add(new ReferenceEntry(
        row.ParameterId, row.TargetType, row.TargetId, row.Url, row.Url is null ? null : PostingHash.Text(row.Url), row.Version, row.Item));

    private void AddUri(UriRow row) => Uris.Add(new UriEntry(row.ParameterId, Prefix(row.Value), row.Value, PostingHash.Text(row.Value), row.Item));

    private void AddQuantity(QuantityRow row) => Quantities.Add(new QuantityEntry(
        row.ParameterId, row.System, row.Code, row.Code is null ? null : PostingHash.Text(row.Code), row.Low, row.High, row.Item));

    /// <summary>The start of a text that is indexed; never half of a surrogate pair.</summary>
    public static string Prefix(string text)
    {
        if (text.Length <= PrefixLength) return text;
        return text[..(char.IsHighSurrogate(text[PrefixLength - 1]) ? PrefixLength - 1 : PrefixLength)];
    }

    public readonly record struct StringEntry(int ParameterId, string Prefix, string? Folded, string Exact, int? Item);

    public readonly record struct ReferenceEntry(int ParameterId, string? TargetType, string? TargetId, string? Url, long? UrlHash, string? Version, int? Item);

    public readonly record struct UriEntry(int ParameterId, string Prefix, string Value, long ValueHash, int? Item);

    public readonly record struct DateEntry(int ParameterId, DateTimeOffset Low, DateTimeOffset High, int? Item);

    public readonly record struct NumberEntry(int ParameterId, decimal Low, decimal High, int? Item);

    public readonly record struct QuantityEntry(int ParameterId, string? System, string? Code, long? CodeHash, decimal Low, decimal High, int? Item);
}
