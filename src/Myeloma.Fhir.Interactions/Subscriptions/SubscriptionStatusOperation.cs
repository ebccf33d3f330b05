using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary><c>$status</c> of a Subscription: what is delivered, what is still to be, and what failed.</summary>
/// <remarks>No operation of R4, whose Subscription tells its status and latest error only.</remarks>
public sealed class SubscriptionStatusOperation(ResourceStore store, SubscriptionTable table) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$status",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/subscription-status",
        Levels = OperationLevels.Instance,
        ResourceTypes = ["Subscription"],
    };

    /// <returns>200 with Parameters: <c>status</c> as the resource has it, and what the server has counted; counts are 0, and instants absent, until it has taken the subscription up.</returns>
    /// <exception cref="FhirException"><c>not-found</c>, <c>deleted</c>.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(request.Type!, request.Id!);
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        if (current.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted at {current.LastUpdated:O}."));
        var status = ResourceDocument.Parse(current.Body).Root.TextOf("status")!;
        return FhirResponse.Ok(new ResourceContent("Parameters", Write(status, await table.FindProgressAsync(key.Id, cancellationToken))));
    }

    private static byte[] Write(string status, SubscriptionProgress? progress)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Parameters");
        writer.WriteStartArray("parameter");
        Part(writer, "status", () => writer.WriteString("valueCode", status));
        Part(writer, "backlog", () => writer.WriteNumber("valueInteger", Clamped(progress?.Backlog)));
        Part(writer, "delivered", () => writer.WriteNumber("valueInteger", Clamped(progress?.Delivered)));
        Part(writer, "failures", () => writer.WriteNumber("valueInteger", progress?.Failures ?? 0));
        Instant(writer, "lastDelivery", progress?.LastDelivery);
        Instant(writer, "lastFailure", progress?.LastFailure);
        if (progress?.LastError is { } error) Part(writer, "lastError", () => writer.WriteString("valueString", error));
        Instant(writer, "nextTry", progress?.RetryAt);
        Instant(writer, "evaluatedTo", progress?.EvaluatedTo);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Instant(Utf8JsonWriter writer, string name, DateTimeOffset? instant)
    {
        if (instant is { } there) Part(writer, name, () => writer.WriteString("valueInstant", BundleWriting.Instant(there)));
    }

    private static void Part(Utf8JsonWriter writer, string name, Action value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        value();
        writer.WriteEndObject();
    }

    private static int Clamped(long? number) => (int)Math.Min(number ?? 0, int.MaxValue);
}
