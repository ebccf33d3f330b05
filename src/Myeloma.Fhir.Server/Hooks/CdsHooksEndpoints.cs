using Myeloma.Fhir.Interactions.Hooks;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Pages;

namespace Myeloma.Fhir.Server.Hooks;

/// <summary><c>/cds-services</c>: discovery and services of CDS Hooks, beside the FHIR API. https://cds-hooks.hl7.org/2.0/#http-api</summary>
internal static class CdsHooksEndpoints
{
    private const string Place = "/cds-services";

    public static void MapCdsHooks(this IEndpointRouteBuilder routes, ServerState state, ServerOptions options, Admission admission)
    {
        var crossOrigin = new CrossOrigin(options.CorsOrigins);
        routes.MapMethods(Place, ["GET", "OPTIONS"], (HttpContext http, KnowledgeReader reader) =>
            AnswerAsync(http, crossOrigin, admission, () => ServicesOf(state, reader).DiscoverAsync(http.RequestAborted)));
        routes.MapMethods(Place + "/{id}", ["POST", "OPTIONS"], (HttpContext http, string id, KnowledgeReader reader) =>
            AnswerAsync(http, crossOrigin, admission, async () => await ServicesOf(state, reader).CallAsync(
                id, await RequestBody.ReadAsync(http.Request, options.MaxBodyBytes, http.RequestAborted), SiteOf(http, options), http.RequestAborted)));
    }

    private static CdsServices ServicesOf(ServerState state, KnowledgeReader reader) => state.Services!.CdsServices(async (id, cancellationToken) =>
        await reader.FindAsync("DocumentReference", id, cancellationToken) is { } document ? await reader.TextAsync(document, cancellationToken) : null);

    private static async Task AnswerAsync(HttpContext http, CrossOrigin crossOrigin, Admission admission, Func<Task<byte[]>> answer)
    {
        if (crossOrigin.Answer(http)) return;
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        byte[] json;
        await admission.EnterAsync(http.RequestAborted);
        try
        {
            json = await answer();
        }
        finally
        {
            admission.Leave();
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    /// <summary>Where the pages are: the base of the FHIR API without its path.</summary>
    private static string SiteOf(HttpContext http, ServerOptions options)
    {
        var url = new FhirCall(http, options).BaseUrl;
        return url.EndsWith(options.BasePath, StringComparison.Ordinal) ? url[..^options.BasePath.Length] : url;
    }
}
