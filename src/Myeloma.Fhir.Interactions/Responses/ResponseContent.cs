using System.Buffers;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>What an answer carries: one resource as JSON, written on demand.</summary>
public abstract class ResponseContent
{
    /// <summary>The resource type of what is written.</summary>
    public abstract string ResourceType { get; }

    /// <summary>Writes the resource as UTF-8 JSON.</summary>
    public abstract void WriteTo(IBufferWriter<byte> output);

    /// <summary>The resource as one block of UTF-8 JSON.</summary>
    public virtual ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        WriteTo(buffer);
        return buffer.WrittenMemory;
    }
}

/// <summary>A stored or made resource: bytes that go out as they are.</summary>
public sealed class ResourceContent(string resourceType, ReadOnlyMemory<byte> json) : ResponseContent
{
    public override string ResourceType => resourceType;

    public ReadOnlyMemory<byte> Json => json;

    public override void WriteTo(IBufferWriter<byte> output) => output.Write(json.Span);

    public override ReadOnlyMemory<byte> ToJson() => json;
}

/// <summary>An OperationOutcome.</summary>
public sealed class OutcomeContent(IReadOnlyList<Issue> issues) : ResponseContent
{
    public override string ResourceType => "OperationOutcome";

    public IReadOnlyList<Issue> Issues => issues;

    public override void WriteTo(IBufferWriter<byte> output) => output.Write(OperationOutcome.ToJson(issues));
}
