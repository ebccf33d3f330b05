namespace Myeloma.Fhir.Server.Edge;

/// <summary>Lets pages of other origins use the FHIR API from a browser, where the setting names them. https://fetch.spec.whatwg.org/#http-cors-protocol</summary>
/// <param name="origins">Origins like <c>https://app.example.org</c>, or <c>*</c> for all; empty: none.</param>
public sealed class CrossOrigin(IReadOnlyCollection<string> origins)
{
    /// <summary>What pages may read of an answer beyond what browsers show anyway.</summary>
    private const string Exposed = "ETag, Location, Content-Location, Last-Modified, Retry-After, X-Progress, Allow, Accept-Patch, Preference-Applied";

    private readonly bool isForAll = origins.Contains("*");

    /// <summary>Seconds for which a browser may remember the answer to a preflight.</summary>
    private const string MaxAge = "600";

    /// <summary>Writes the headers that an allowed origin is owed.</summary>
    /// <returns>Whether the request only asked what is allowed (a preflight): it is answered with 204 then.</returns>
    public bool Answer(HttpContext context)
    {
        if (origins.Count == 0) return false;
        var headers = context.Response.Headers;
        if (!isForAll) headers.Append("Vary", "Origin");
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !(isForAll || origins.Contains(origin))) return false;

        headers.AccessControlAllowOrigin = isForAll ? "*" : origin;
        headers.AccessControlExposeHeaders = Exposed;
        var asked = context.Request.Headers.AccessControlRequestMethod;
        if (!HttpMethods.IsOptions(context.Request.Method) || asked.Count == 0) return false;

        headers.AccessControlAllowMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        if (context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } wanted) headers.AccessControlAllowHeaders = wanted;
        headers.AccessControlMaxAge = MaxAge;
        context.Response.StatusCode = 204;
        return true;
    }

    /// <summary>Whether a websocket may be opened: by a program, a page of this server, or one of an allowed origin. Browsers leave that to the server.</summary>
    public bool MayConnect(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        return origin.Length == 0 || isForAll || origins.Contains(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The headers of this class, for an answer that is made anew after a fault.</summary>
    public static void Keep(IHeaderDictionary headers, Action clear)
    {
        var (origin, exposed, vary) = (headers.AccessControlAllowOrigin, headers.AccessControlExposeHeaders, headers.Vary);
        clear();
        if (origin.Count == 0) return;
        (headers.AccessControlAllowOrigin, headers.AccessControlExposeHeaders, headers.Vary) = (origin, exposed, vary);
    }
}
