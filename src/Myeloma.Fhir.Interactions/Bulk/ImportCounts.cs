using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>What an import has done with an input; kept with its place there.</summary>
/// <param name="ByType">Lines whose resource is stored, or was so already.</param>
internal sealed record ImportCounts(SortedDictionary<string, long> ByType)
{
    public static ImportCounts Read(ReadOnlyMemory<byte>? note) =>
        note is { } bytes ? new(JsonSerializer.Deserialize<SortedDictionary<string, long>>(bytes.Span)!) : new(new SortedDictionary<string, long>(StringComparer.Ordinal));

    /// <summary>The counts with some more lines.</summary>
    public ImportCounts With(IEnumerable<string> types)
    {
        var counts = new SortedDictionary<string, long>(ByType, StringComparer.Ordinal);
        foreach (var group in types.CountBy(type => type)) counts[group.Key] = counts.GetValueOrDefault(group.Key) + group.Value;
        return new ImportCounts(counts);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(ByType);
}
