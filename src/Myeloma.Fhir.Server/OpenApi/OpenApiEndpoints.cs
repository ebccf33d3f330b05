using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary><c>/openapi.json</c>, the whole API, and <c>/openapi/{type}.json</c>, what is about one resource type.</summary>
internal static class OpenApiEndpoints
{
    public static void MapOpenApi(this IEndpointRouteBuilder routes, ServerState state, ServerOptions options)
    {
        var cache = new Cache(state, options);
        routes.MapMethods("/openapi.json", ["GET", "HEAD"], http => WriteAsync(http, cache.Get(null)));
        routes.MapMethods("/openapi/{type}.json", ["GET", "HEAD"], http =>
        {
            var type = (string)http.GetRouteValue("type")!;
            if (R4Schema.Instance.IsResourceType(type)) return WriteAsync(http, cache.Get(type));
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static async Task WriteAsync(HttpContext http, Document document)
    {
        http.Response.Headers.ETag = document.Tag;
        http.Response.Headers.CacheControl = "no-cache";
        // It is read by tools of other origins, and holds nothing of anybody.
        http.Response.Headers.AccessControlAllowOrigin = "*";
        if (EntityTagHeaderValue.TryParseList([.. http.Request.Headers.IfNoneMatch.OfType<string>()], out var known) && known.Any(tag => tag.Tag == document.Tag || tag.Tag == "*"))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = document.Json.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(document.Json, http.RequestAborted);
    }

    private sealed record Document(byte[] Json, string Tag);

    /// <summary>Documents are made when they are first asked for, and kept until the search parameters change.</summary>
    private sealed class Cache(ServerState state, ServerOptions options)
    {
        private volatile Made? made;

        public Document Get(string? type)
        {
            var registry = state.Services!.SearchParameters.Registry;
            var current = made;
            if (current is null || !ReferenceEquals(current.Registry, registry)) made = current = new Made(registry, []);
            return current.Documents.GetOrAdd(type ?? "", _ => Make(type, registry));
        }

        private Document Make(string? type, SearchParameterRegistry registry)
        {
            // Relative to the document, so that it is right behind a proxy, too.
            var server = options.BaseUrl ?? (type is null ? options.BasePath[1..] : $"..{options.BasePath}");
            var json = OpenApiDocument.Write(type, server, registry, [.. state.Services!.Operations.Definitions]);
            return new Document(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"");
        }

        private sealed record Made(SearchParameterRegistry Registry, ConcurrentDictionary<string, Document> Documents);
    }
}
