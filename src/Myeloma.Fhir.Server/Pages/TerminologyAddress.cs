using Microsoft.AspNetCore.Http;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Which resources a person reads as a page at their own URL: code systems, value sets and concept maps, where Accept names HTML.</summary>
internal static class TerminologyAddress
{
    /// <summary>Where the pages are.</summary>
    public const string Place = "/terminology";

    private static readonly string[] Types = ["CodeSystem", "ValueSet", "ConceptMap"];

    public static bool IsType(string type) => Types.Contains(type);

    /// <summary>The path of the page for a request at the FHIR API.</summary>
    /// <returns>Null when the resource is wanted, as by every program: for other types and places, for a format that is named, and where Accept has no HTML or a FHIR type.</returns>
    public static string? Find(HttpRequest request, string basePath)
    {
        if (!HttpMethods.IsGet(request.Method) || request.Query.ContainsKey("_format") || request.Query.ContainsKey("_pretty")) return null;
        var accept = request.Headers.Accept.ToString();
        if (!accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) || accept.Contains("fhir", StringComparison.OrdinalIgnoreCase)) return null;
        var parts = request.Path.Value![basePath.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is [var type, var id] && IsType(type) && id[0] is not ('$' or '_') ? $"{Place}/{type}/{id}" : null;
    }
}
