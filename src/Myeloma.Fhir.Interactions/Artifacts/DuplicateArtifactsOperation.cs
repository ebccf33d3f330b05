using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary><c>$duplicate-artifacts</c>: resources whose url and version another one of their type has, too: stored before that was refused, or while it was not.</summary>
/// <remarks>No operation of R4 or CRMI.</remarks>
internal sealed class DuplicateArtifactsOperation(ResourceStore store) : IOperation
{
    private const int Usual = 100;
    private const int Most = 10_000;

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$duplicate-artifacts",
        Url = ArtifactOperations.UrlOf("duplicate-artifacts"),
        Levels = OperationLevels.System,
        Parameters = [new("count", "integer")],
    };

    /// <returns>200 with Parameters: <c>total</c>, and a <c>duplicate</c> each with the resource and the other one, in the order of their keys.</returns>
    /// <exception cref="FhirException"><c>value</c>: a count that is negative or past 10,000.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var count = request.Integer("count") ?? Usual;
        if (count is < 0 or > Most) throw new FhirException(Issue.Value(FormattableString.Invariant($"The parameter 'count' is a number from 0 to {Most:N0}, not {count}."), request.Arguments("count").First().Expression));

        // The total comes with the first of them.
        var (duplicates, total) = await store.DoubledArtifactsAsync(Math.Max(count, 1), cancellationToken);
        return FhirResponse.Ok(new Duplicates([.. duplicates.Take(count)], total));
    }

    private sealed class Duplicates(IReadOnlyList<(ResourceKey Key, ResourceKey Other)> duplicates, long total) : ResponseContent
    {
        public override string ResourceType => "Parameters";

        public override void WriteTo(IBufferWriter<byte> output)
        {
            using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            writer.WriteStartArray("parameter"u8);
            writer.WriteStartObject();
            writer.WriteString("name"u8, "total"u8);
            writer.WriteNumber("valueInteger"u8, Math.Min(total, int.MaxValue));
            writer.WriteEndObject();
            foreach (var (key, other) in duplicates)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, "duplicate"u8);
                writer.WriteStartArray("part"u8);
                WriteReference(writer, "resource", key);
                WriteReference(writer, "other", other);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        private static void WriteReference(Utf8JsonWriter writer, string name, ResourceKey key)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteStartObject("valueReference"u8);
            writer.WriteString("reference"u8, key.ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }
}
