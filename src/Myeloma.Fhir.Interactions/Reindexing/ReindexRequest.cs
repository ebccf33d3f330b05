using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Reindexing;

/// <summary>What a job that indexes anew is to do.</summary>
/// <param name="Types">Resource types, in ordinal order.</param>
/// <param name="Parameters">Those that count as indexed when it is done, unless their definition has changed by then.</param>
/// <param name="IsForParameters">Whether there is nothing to do when these are indexed already.</param>
internal sealed record ReindexRequest(IReadOnlyList<string> Types, IReadOnlyList<ReindexedParameter> Parameters, bool IsForParameters)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ReindexRequest Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<ReindexRequest>(bytes.Span) ?? throw new InvalidOperationException("A request to index anew is empty.");
}

/// <summary>A search parameter with the definition it had when the job was added.</summary>
internal sealed record ReindexedParameter(int Id, string DefinitionHash);

/// <summary>How far a job that indexes anew has come.</summary>
/// <param name="At">Zero-based, the type it is at.</param>
/// <param name="After">The last resource of that type that is done.</param>
/// <param name="Total">Resources of all types when it began.</param>
/// <param name="Done">Resources indexed so far, for each type it has been at.</param>
internal sealed record ReindexCheckpoint(int At, long After, long Total, IReadOnlyList<long> Done)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ReindexCheckpoint Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<ReindexCheckpoint>(bytes.Span) ?? throw new InvalidOperationException("A checkpoint is empty.");
}
