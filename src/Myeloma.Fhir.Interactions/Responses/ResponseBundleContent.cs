using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>The answer to a transaction or batch. https://hl7.org/fhir/R4/bundle.html#transaction-response</summary>
/// <param name="type">transaction-response or batch-response.</param>
/// <param name="answers">One an entry, in the order of the request.</param>
public sealed class ResponseBundleContent(string type, IReadOnlyList<FhirResponse> answers, InteractionContext context) : ResponseContent
{
    public override string ResourceType => "Bundle";

    public IReadOnlyList<FhirResponse> Answers => answers;

    /// <summary>The same bundle with every issue in it changed.</summary>
    internal ResponseBundleContent WithIssues(Func<IReadOnlyList<Issue>, IReadOnlyList<Issue>> change) =>
        new(type, [.. answers.Select(answer => answer.WithIssues(change))], context);

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Bundle"u8);
        writer.WriteString("type"u8, type);
        writer.WriteStartArray("link"u8);
        BundleWriting.WriteLink(writer, "self", context.BaseUrl);
        writer.WriteEndArray();
        if (answers.Count > 0)
        {
            writer.WriteStartArray("entry"u8);
            foreach (var answer in answers) WriteEntry(writer, answer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, FhirResponse answer)
    {
        writer.WriteStartObject();
        if (answer.Content is { } content and not OutcomeContent)
        {
            writer.WritePropertyName("resource"u8);
            writer.WriteRawValue(content.ToJson().Span, skipInputValidation: true);
        }

        writer.WriteStartObject("response"u8);
        writer.WriteString("status"u8, OutcomeStatus.Line(answer.Status));
        if (answer.Location is not null) writer.WriteString("location"u8, answer.Location);
        if (answer.VersionId > 0) writer.WriteString("etag"u8, EntityTag.Of(answer.VersionId));
        if (answer.LastUpdated is { } instant) writer.WriteString("lastModified"u8, BundleWriting.Instant(instant));
        if ((answer.Content as OutcomeContent)?.Issues is { } issues || (answer.Remarks is { Count: > 0 } remarks && (issues = remarks) is not null))
        {
            writer.WritePropertyName("outcome"u8);
            OperationOutcome.Write(writer, issues);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
