using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Negotiation;
using Myeloma.Fhir.Terminology;

namespace Myeloma.Fhir.Server.Results;

/// <summary>Answers questions of terminology that are settled but for their codes, without anything in between; whatever is unusual about a request goes the way of all others.</summary>
/// <remarks>src/decisions/prepared-questions.md</remarks>
internal static class PreparedResult
{
    /// <summary>Writes the answer.</summary>
    /// <returns>False when the request has to go the way of all others; nothing is written then.</returns>
    public static bool TryWrite(HttpContext context, PreparedAnswers prepared, string basePath)
    {
        if (TargetOf(context, basePath) is not { } target) return false;
        var output = JsonBuffer.Rent();
        var isAnswered = prepared.TryAnswer(target.AsSpan(basePath.Length), LanguagesOf(context.Request), output);
        if (isAnswered) Write(context.Response, output.Written);
        JsonBuffer.Return(output);
        return isAnswered;
    }

    /// <summary>Settles the question of a request that was answered, when it is one that could come here.</summary>
    public static async ValueTask KeepAsync(FhirCall call, PreparedAnswers prepared, string basePath, Func<string, string?, ValueTask> keep)
    {
        if (prepared.IsOff || call.IsPretty || TargetOf(call.Context, basePath) is not { } target) return;
        await keep(target[basePath.Length..], LanguagesOf(call.Request));
    }

    /// <returns>Path and query as they were sent; null for a request that asks for more than the usual answer.</returns>
    private static string? TargetOf(HttpContext context, string basePath)
    {
        var request = context.Request;
        if (request.Method != "GET") return null;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith(basePath, StringComparison.Ordinal) || !target.AsSpan(basePath.Length).Contains("/$", StringComparison.Ordinal)) return null;
        var headers = request.Headers;
        if (headers.Accept is not ([] or [null or "" or "*/*" or FhirFormat.FhirJson])) return null;
        return headers.ContainsKey("Prefer") || headers.ContainsKey("X-Cache-Id") || request.ContentType is not null ? null : target;
    }

    private static string? LanguagesOf(HttpRequest request) => request.Headers.AcceptLanguage is { Count: > 0 } languages ? languages.ToString() : null;

    private static void Write(HttpResponse response, ReadOnlySpan<byte> json)
    {
        response.StatusCode = 200;
        FhirResult.WriteHeaders(response.Headers);
        response.ContentType = FhirResult.UsualType;
        response.ContentLength = json.Length;
        response.BodyWriter.Write(json);
    }
}
