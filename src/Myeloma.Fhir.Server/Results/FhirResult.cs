using Microsoft.Net.Http.Headers;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Server.Asynchronous;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.Results;

/// <summary>Puts the answer of an interaction on the wire: status, headers, and the bytes of the resource as they are.</summary>
internal static class FhirResult
{
    /// <summary>Writes the answer; nothing but the headers for HEAD.</summary>
    public static Task WriteAsync(FhirCall call, FhirResponse answer, CancellationToken cancellationToken)
    {
        // Interactions know the body as JSON; one that came as XML was sent in other lines.
        if (call.Source is { } source) answer = answer.WithIssues(source.InSource);
        var response = call.Context.Response;
        response.StatusCode = answer.Status;
        WriteHeaders(call, answer, response.Headers);
        if (answer.Content is not { } content || answer.Status is 204 or 304)
        {
            if (answer.Status is not (204 or 304)) response.ContentLength = 0;
            return Task.CompletedTask;
        }

        if (FhirFormat.IsXml(call.MediaType) && XmlOf(call, content) is { } xml)
        {
            response.ContentType = XmlTypeOf(call.MediaType);
            response.ContentLength = xml.Length;
            return call.IsHead ? Task.CompletedTask : WriteAsync(response, xml, cancellationToken);
        }

        response.ContentType = JsonTypeOf(call.MediaType);
        if (content is ResourceContent { Json: var json } && !call.IsPretty)
        {
            response.ContentLength = json.Length;
            return call.IsHead ? Task.CompletedTask : WriteAsync(response, json, cancellationToken);
        }

        return WriteMadeAsync(call, content, response, cancellationToken);
    }

    /// <summary>The type of an answer in JSON, unless another one was asked for.</summary>
    public const string UsualType = "application/fhir+json; charset=utf-8";

    /// <summary>The headers of every answer.</summary>
    public static void WriteHeaders(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept";
    }

    private static void WriteHeaders(FhirCall call, FhirResponse answer, IHeaderDictionary headers)
    {
        WriteHeaders(headers);
        if (answer.VersionId > 0) headers.ETag = answer.ETag;
        if (answer.LastUpdated is not null) headers.LastModified = answer.LastModified;
        if (answer.Location is not null) headers.Location = $"{call.BaseUrl}/{answer.Location}";
        if (answer.Job is { } job)
        {
            headers.ContentLocation = $"{call.BaseUrl}{JobStatus.Place}{job}";
            if (call.Preferences.IsAsync) headers["Preference-Applied"] = "respond-async";
        }

        if (answer.ContentPath is { } path && answer.Content is not null) headers.ContentLocation = call.BaseUrl + path;
    }

    /// <returns>Null when the answer goes out as JSON after all: a write was done, and that its result has no form in XML is no reason to call it failed.</returns>
    private static ReadOnlyMemory<byte>? XmlOf(FhirCall call, ResponseContent content)
    {
        try
        {
            return XmlContent.Of(content, call.IsPretty);
        }
        catch (FhirException) when (call.Request.Method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        await response.BodyWriter.WriteAsync(json, cancellationToken);

    /// <summary>What is made for this answer is written into the pipe straight away; laid out or merely measured it needs a buffer.</summary>
    private static async Task WriteMadeAsync(FhirCall call, ResponseContent content, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!call.IsPretty && !call.IsHead && content is not OutcomeContent)
        {
            content.WriteTo(response.BodyWriter);
            await response.BodyWriter.FlushAsync(cancellationToken);
            return;
        }

        var json = content.ToJson();
        if (call.IsPretty) json = PrettyJson.Format(json.Span);
        response.ContentLength = json.Length;
        if (!call.IsHead) await WriteAsync(response, json, cancellationToken);
    }

    private static string JsonTypeOf(string mediaType) => mediaType switch
    {
        FhirFormat.Json => "application/json; charset=utf-8",
        FhirFormat.TextJson => "text/json; charset=utf-8",
        _ => UsualType,
    };

    private static string XmlTypeOf(string mediaType) => mediaType switch
    {
        FhirFormat.FhirXml => "application/fhir+xml; charset=utf-8",
        FhirFormat.Xml => "application/xml; charset=utf-8",
        _ => "text/xml; charset=utf-8",
    };

    /// <summary>Whether the client's copy is still good. https://hl7.org/fhir/R4/http.html#cread</summary>
    public static bool IsUnchanged(FhirCall call, FhirResponse answer)
    {
        var headers = call.Request.Headers;
        if (headers.IfNoneMatch.Count > 0) return EntityTag.Matches(headers.IfNoneMatch.ToString(), answer.VersionId);
        return headers.IfModifiedSince.Count > 0
            && answer.LastUpdated is { } changed
            && HeaderUtilities.TryParseDate(headers.IfModifiedSince.ToString(), out var since)
            && changed.ToUnixTimeSeconds() <= since.ToUnixTimeSeconds();
    }
}
