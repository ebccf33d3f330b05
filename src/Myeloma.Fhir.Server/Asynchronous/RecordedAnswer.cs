using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>The answer to a request that is answered later: a Bundle of type batch-response with one entry, as if the request had been one of a batch.</summary>
/// <remarks>https://hl7.org/fhir/R4/bundle.html#batch-response; https://hl7.org/fhir/R4/async.html leaves the form of the answer to each operation.</remarks>
internal static class RecordedAnswer
{
    /// <param name="body">A resource in JSON; empty when there is none.</param>
    public static byte[] Write(string baseUrl, int status, IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        var isOutcome = status >= 400 && body.Length > 0;
        var output = new ArrayBufferWriter<byte>(body.Length + 512);
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Bundle"u8);
            writer.WriteString("type"u8, "batch-response"u8);
            writer.WriteStartArray("entry"u8);
            writer.WriteStartObject();
            if (body.Length > 0 && !isOutcome)
            {
                writer.WritePropertyName("resource"u8);
                writer.WriteRawValue(body, skipInputValidation: true);
            }

            writer.WriteStartObject("response"u8);
            writer.WriteString("status"u8, OutcomeStatus.Line(status));
            if (headers.Location.ToString() is { Length: > 0 } location)
                writer.WriteString("location"u8, location.StartsWith(baseUrl + "/", StringComparison.Ordinal) ? location[(baseUrl.Length + 1)..] : location);
            if (headers.ETag.ToString() is { Length: > 0 } tag) writer.WriteString("etag"u8, tag);
            if (DateTimeOffset.TryParse(headers.LastModified, System.Globalization.CultureInfo.InvariantCulture, out var changed))
                writer.WriteString("lastModified"u8, changed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            if (isOutcome)
            {
                writer.WritePropertyName("outcome"u8);
                writer.WriteRawValue(body, skipInputValidation: true);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The answer to a request that came to nothing.</summary>
    public static byte[] Fault(string baseUrl, IReadOnlyList<Issue> issues)
    {
        var fault = FhirResponse.Fault(issues);
        return Write(baseUrl, fault.Status, new HeaderDictionary(), fault.Content!.ToJson().Span);
    }
}
