using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>What an import was asked for, as its job keeps it.</summary>
/// <param name="RequestUrl">Of the kick-off, whole.</param>
/// <param name="BaseUrl">What URLs of this server begin with.</param>
public sealed record ImportRequest(string RequestUrl, string BaseUrl, IReadOnlyList<ImportInput> Inputs)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ImportRequest Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<ImportRequest>(bytes.Span) ?? throw new InvalidOperationException("A recorded import is empty.");
}

/// <summary>One input.</summary>
/// <param name="ResourceType">Of every line; null when they may differ.</param>
/// <param name="Url">Where it is; null for the body of the request itself, which is kept already.</param>
public sealed record ImportInput(string? ResourceType, string? Url);
