using Microsoft.AspNetCore.Http.Features;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;

namespace Myeloma.Fhir.Server.Bulk;

/// <summary>A terminology's release as the body of <c>$import-release</c>. It goes through piece by piece; no time limit of requests applies, Kestrel's least rate of a body does.</summary>
internal static class ReleaseUpload
{
    /// <summary>Whether a request has a release as its body, and no resource.</summary>
    public static bool IsAt(HttpRequest request) => MediaTypeOf(request) is { } type && ImportReleaseOperation.MediaTypes.ContainsKey(type);

    public static async Task TakeAsync(FhirCall call, ImportReleaseOperation import)
    {
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        try
        {
            await using var content = RequestBody.Open(call.Request);
            await FhirResult.WriteAsync(call, await import.HandleAsync(content, MediaTypeOf(call.Request), call.Parameters, call.Context.RequestAborted), call.Context.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException)
        {
            throw RequestBody.Damaged();
        }
    }

    private static string? MediaTypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
}
