using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>A page of versions as a Bundle of type history; the resources go out with the bytes they were stored in.</summary>
/// <remarks>https://hl7.org/fhir/R4/bundle.html#history</remarks>
internal sealed class HistoryContent(
    HistoryPage page, InteractionContext context, string address, IReadOnlyList<KeyValuePair<string, string>> self) : ResponseContent
{
    public override string ResourceType => "Bundle";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Bundle"u8);
        writer.WriteString("type"u8, "history"u8);
        if (page.Total is { } total) writer.WriteNumber("total"u8, total);
        writer.WriteStartArray("link"u8);
        BundleWriting.WriteLink(writer, "self", BundleWriting.Url(address, self));
        if (page.NextCursor is { } cursor)
            BundleWriting.WriteLink(writer, "next", BundleWriting.Url(address, self, cursor));
        writer.WriteEndArray();
        if (page.Versions.Count > 0)
        {
            writer.WriteStartArray("entry"u8);
            foreach (var version in page.Versions) WriteEntry(writer, version);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteEntry(Utf8JsonWriter writer, ResourceVersion version)
    {
        writer.WriteStartObject();
        writer.WriteString("fullUrl"u8, context.FullUrl(version.Key.Type, version.Key.Id));
        if (!version.IsDeleted)
        {
            writer.WritePropertyName("resource"u8);
            writer.WriteRawValue(version.Body.Span, skipInputValidation: true);
        }

        writer.WriteStartObject("request"u8);
        writer.WriteString("method"u8, version.Method);
        writer.WriteString("url"u8, version.Method == "POST" ? version.Key.Type : version.Key.ToString());
        writer.WriteEndObject();
        writer.WriteStartObject("response"u8);
        writer.WriteString("status"u8, OutcomeStatus.Line(version.IsDeleted ? 204 : version.VersionId == 1 ? 201 : 200));
        writer.WriteString("etag"u8, EntityTag.Of(version.VersionId));
        writer.WriteString("lastModified"u8, BundleWriting.Instant(version.LastUpdated));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
