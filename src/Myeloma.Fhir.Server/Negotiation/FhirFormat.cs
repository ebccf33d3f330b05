using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Negotiation;

/// <summary>Which media type an answer has, and whether a body's can be read. https://hl7.org/fhir/R4/http.html#mime-type</summary>
public static class FhirFormat
{
    public const string FhirJson = "application/fhir+json";
    public const string Json = "application/json";
    public const string TextJson = "text/json";

    private const string Offered = "this server writes application/fhir+json";

    /// <summary>The media type of the answer: what <c>_format</c> names, else the best JSON type of Accept, <c>application/fhir+json</c> when anything is welcome.</summary>
    /// <param name="format">The parameter <c>_format</c>; null when absent.</param>
    /// <param name="accept">The Accept header; null or empty when absent.</param>
    /// <exception cref="FhirException"><c>not-supported</c> (406): neither asks for JSON of FHIR R4.</exception>
    public static string OfAnswer(string? format, string? accept)
    {
        if (!string.IsNullOrEmpty(format)) return OfParameter(format);
        if (string.IsNullOrEmpty(accept) || accept is FhirJson or "*/*") return FhirJson;

        string? best = null;
        var bestQuality = 0.0;
        var bestSpecificity = 0;
        foreach (var range in accept.AsSpan().Split(','))
        {
            if (!MediaRange.TryParse(accept.AsSpan(range), out var media) || media.Quality <= 0 || !media.IsR4) continue;
            var (type, specificity) = Offer(media.Type);
            if (type is null || media.Quality < bestQuality || (media.Quality == bestQuality && specificity <= bestSpecificity)) continue;
            (best, bestQuality, bestSpecificity) = (type, media.Quality, specificity);
        }

        return best ?? throw Refused($"'{Shortened(accept)}' asks for no format that is offered; {Offered}.");
    }

    /// <summary>Whether a Content-Type is JSON in UTF-8.</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): it isn't, or there is none.</exception>
    public static void CheckBody(string? contentType)
    {
        if (contentType is FhirJson or Json) return;
        if (string.IsNullOrEmpty(contentType))
            throw Unread("The request has no Content-Type; send application/fhir+json.");
        if (!MediaRange.TryParse(contentType, out var media) || Offer(media.Type) is not (not null, 3))
            throw Unread($"A body of type '{Shortened(contentType)}' is not read; send application/fhir+json.");
        if (media.Charset.Length > 0 && !media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !media.Charset.Equals("utf8", StringComparison.OrdinalIgnoreCase))
            throw Unread($"A body in the charset '{media.Charset}' is not read; FHIR is written in UTF-8.");
        if (!media.IsR4)
            throw Unread($"'{Shortened(contentType)}' names another version of FHIR; this server speaks 4.0.");
    }

    /// <summary>Whether a Content-Type is a form, as POST <c>_search</c> sends it.</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): it isn't.</exception>
    public static void CheckForm(string? contentType)
    {
        if (contentType is not null && MediaRange.TryParse(contentType, out var media)
            && media.Type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return;
        throw Unread($"POST _search sends its parameters as application/x-www-form-urlencoded, not '{Shortened(contentType ?? "")}'.");
    }

    private static string OfParameter(string format)
    {
        // A plus sign that was not percent-encoded arrives as a space.
        var media = MediaRange.TryParse(format.Trim().Replace("fhir json", "fhir+json", StringComparison.OrdinalIgnoreCase), out var parsed) ? parsed : default;
        if (media.Type.Equals("json", StringComparison.OrdinalIgnoreCase)) return FhirJson;
        if (media.IsR4 && Offer(media.Type) is (string type, 3)) return type;
        throw Refused($"The format '{Shortened(format)}' is not offered; {Offered}.");
    }

    /// <summary>The JSON type that a media range welcomes, and how exactly: 3 by name, 2 by <c>application/*</c>, 1 by <c>*/*</c>; null and 0 for another.</summary>
    private static (string? Type, int Specificity) Offer(ReadOnlySpan<char> type) =>
        type.Equals(FhirJson, StringComparison.OrdinalIgnoreCase) ? (FhirJson, 3)
        : type.Equals(Json, StringComparison.OrdinalIgnoreCase) ? (Json, 3)
        : type.Equals(TextJson, StringComparison.OrdinalIgnoreCase) ? (TextJson, 3)
        : type.Equals("application/*", StringComparison.OrdinalIgnoreCase) ? (FhirJson, 2)
        : type is "*/*" or "*" ? (FhirJson, 1)
        : (null, 0);

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static FhirException Refused(string diagnostics) =>
        new(Issue.NotSupported(diagnostics) with { MessageId = OutcomeStatus.NotAcceptable });

    private static FhirException Unread(string diagnostics) =>
        new(Issue.NotSupported(diagnostics) with { MessageId = OutcomeStatus.UnsupportedMediaType });
}
