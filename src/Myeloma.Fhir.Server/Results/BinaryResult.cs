using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Results;

/// <summary>A Binary as the content it holds. https://hl7.org/fhir/R4/binary.html#rest</summary>
/// <remarks>What a browser could run is never shown but downloaded, and in a sandbox: a stored page must not act in this server's name.</remarks>
internal static class BinaryResult
{
    /// <summary>Whether the answer goes out as raw content: a Binary that was not asked for in a FHIR format.</summary>
    public static bool Applies(FhirCall call, FhirResponse answer) =>
        answer is { Status: 200, Content: ResourceContent { ResourceType: "Binary" } } && !call.AsksForFhir;

    public static async Task WriteAsync(FhirCall call, FhirResponse answer, CancellationToken cancellationToken)
    {
        var binary = ResourceDocument.Parse(((ResourceContent)answer.Content!).Json).Root;
        var contentType = binary.TextOf("contentType") ?? "application/octet-stream";
        var content = Convert.FromBase64String(binary.TextOf("data") ?? "");

        var response = call.Context.Response;
        response.ContentType = IsMediaType(contentType) ? contentType : "application/octet-stream";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (!IsPassive(contentType)) response.Headers.ContentDisposition = "attachment";
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept";
        response.Headers.ETag = Interactions.Requests.EntityTag.Of(answer.VersionId);
        response.ContentLength = content.Length;
        if (!call.IsHead) await response.BodyWriter.WriteAsync(content, cancellationToken);
    }

    private static bool IsPassive(string contentType) =>
        contentType.Split(';')[0].Trim().ToLowerInvariant() is "image/png" or "image/jpeg" or "image/gif" or "image/webp" or "text/plain";

    private static bool IsMediaType(string text) => Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(text, out _);
}
