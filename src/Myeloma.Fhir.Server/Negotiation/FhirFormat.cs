using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Negotiation;

/// <summary>The forms a body is read in.</summary>
public enum BodyFormat
{
    Json,
    Xml,
}

/// <summary>The languages of patch, FHIRPath Patch in both formats.</summary>
public enum PatchFormat
{
    JsonPatch,
    XmlPatch,
    FhirJson,
    FhirXml,
}

/// <summary>Which media type an answer has, and in which format a body is read. https://hl7.org/fhir/R4/http.html#mime-type</summary>
public static class FhirFormat
{
    public const string FhirJson = "application/fhir+json";
    public const string Json = "application/json";
    public const string TextJson = "text/json";
    public const string FhirXml = "application/fhir+xml";
    public const string Xml = "application/xml";
    public const string TextXml = "text/xml";

    private const string Offered = "this server writes application/fhir+json and application/fhir+xml, FHIR 4.0 in UTF-8";
    private const string Taken = "send application/fhir+json or application/fhir+xml";

    /// <summary>Where several are equally welcome, the first of these.</summary>
    private static readonly string[] Types = [FhirJson, FhirXml, Json, Xml, TextJson, TextXml];

    /// <summary>
    /// The media type of the answer: what <c>_format</c> names, else the best of Accept; when anything is welcome, the format of the request's body, else
    /// <c>application/fhir+json</c>.
    /// </summary>
    /// <param name="format">The parameter <c>_format</c>; null when absent.</param>
    /// <param name="accept">The Accept header; null or empty when absent.</param>
    /// <param name="contentType">Of the request's body; null without one.</param>
    /// <exception cref="FhirException"><c>not-supported</c> (406): neither asks for JSON or XML of FHIR R4.</exception>
    public static string OfAnswer(string? format, string? accept, string? contentType = null) =>
        string.IsNullOrEmpty(format) && accept is null or "" or "*/*" && IsFhirXml(contentType) ? FhirXml : FindAnswer(format, accept) ?? throw Refused($"'{Shortened(accept!)}' asks for no format that is offered; {Offered}.");

    /// <summary>As <see cref="OfAnswer"/>.</summary>
    /// <returns>Null when Accept asks for something else.</returns>
    /// <exception cref="FhirException"><c>not-supported</c> (406): <c>_format</c> asks for something else.</exception>
    public static string? FindAnswer(string? format, string? accept)
    {
        if (!string.IsNullOrEmpty(format)) return OfParameter(format);
        return string.IsNullOrEmpty(accept) || accept is FhirJson or "*/*" ? FhirJson : accept is FhirXml ? FhirXml : Best(accept);
    }

    /// <summary>Whether the media type of an answer is one of XML.</summary>
    public static bool IsXml(string mediaType) => mediaType is FhirXml or Xml or TextXml;

    /// <summary>The format that a Content-Type names. The encoding of XML is told by its bytes: UTF-8 or UTF-16.</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): neither JSON in UTF-8 nor XML, another version of FHIR, or there is none.</exception>
    public static BodyFormat OfBody(string? contentType)
    {
        if (contentType is FhirJson or Json) return BodyFormat.Json;
        if (string.IsNullOrEmpty(contentType)) throw Unread($"The request has no Content-Type; {Taken}.");
        if (!MediaRange.TryParse(contentType, out var media) || Named(media.Type) is not { } type)
            throw Unread($"A body of type '{Shortened(contentType)}' is not read; {Taken}.");
        var isXml = IsXml(type);
        if (!media.IsUtf8 && !(isXml && media.Charset.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase)))
            throw Unread($"A body in the charset '{Shortened(media.Charset.ToString())}' is not read; FHIR is written in UTF-8.");
        if (!media.IsR4)
            throw Unread($"'{Shortened(contentType)}' names another version of FHIR; this server speaks 4.0.");
        return isXml ? BodyFormat.Xml : BodyFormat.Json;
    }

    /// <summary>The language of patch that a Content-Type names. https://hl7.org/fhir/R4/http.html#patch</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): none of those that are taken.</exception>
    public static PatchFormat OfPatch(string? contentType)
    {
        const string taken = $"send {PatchDocument.JsonType}, {PatchDocument.XmlType}, or Parameters (FHIRPath Patch) as application/fhir+json or application/fhir+xml";
        if (string.IsNullOrEmpty(contentType)) throw Unread($"The request has no Content-Type; {taken}.");
        if (MediaRange.TryParse(contentType, out var media))
        {
            if (media.Type.Equals(PatchDocument.XmlType, StringComparison.OrdinalIgnoreCase)) return PatchFormat.XmlPatch;
            if (media.Type.Equals(PatchDocument.JsonType, StringComparison.OrdinalIgnoreCase))
                return media.IsUtf8 ? PatchFormat.JsonPatch : throw Unread($"A body in the charset '{Shortened(media.Charset.ToString())}' is not read; JSON is written in UTF-8.");
            if (Named(media.Type) is not null) return OfBody(contentType) == BodyFormat.Xml ? PatchFormat.FhirXml : PatchFormat.FhirJson;
        }

        throw Unread($"A patch of type '{Shortened(contentType)}' is not read; {taken}.");
    }

    /// <summary>Whether a Content-Type is a form, as POST <c>_search</c> sends it.</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): it isn't.</exception>
    public static void CheckForm(string? contentType)
    {
        if (contentType is not null && MediaRange.TryParse(contentType, out var media)
            && media.Type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return;
        throw Unread($"POST _search sends its parameters as application/x-www-form-urlencoded, not '{Shortened(contentType ?? "")}'.");
    }

    /// <summary>For each type the most specific range counts; the greatest quality wins, then the more specific range, then the one named first.</summary>
    /// <remarks>https://www.rfc-editor.org/rfc/rfc9110#name-accept</remarks>
    private static string? Best(string accept)
    {
        Span<Welcome> welcomes = stackalloc Welcome[Types.Length];
        var isBrowser = false;
        var place = 0;
        foreach (var part in accept.AsSpan().Split(','))
        {
            place++;
            if (!MediaRange.TryParse(accept.AsSpan(part), out var media) || !media.IsR4 || !media.IsUtf8) continue;
            isBrowser |= media.Type.Equals("text/html", StringComparison.OrdinalIgnoreCase);
            for (var i = 0; i < Types.Length; i++)
            {
                var specificity = media.SpecificityFor(Types[i]);
                if (specificity > welcomes[i].Specificity) welcomes[i] = new(media.Quality, specificity, place);
            }
        }

        var best = -1;
        for (var i = 0; i < Types.Length; i++)
        {
            // A browser names application/xml for the sake of XHTML; what it shows to a person best is JSON.
            if (welcomes[i].Quality <= 0 || (isBrowser && Types[i] is Xml or TextXml)) continue;
            if (best < 0 || welcomes[i].IsBetterThan(welcomes[best])) best = i;
        }

        return best < 0 ? null : Types[best];
    }

    private static string OfParameter(string format)
    {
        // A plus sign that was not percent-encoded arrives as a space.
        var text = format.Trim().Replace("fhir json", "fhir+json", StringComparison.OrdinalIgnoreCase).Replace("fhir xml", "fhir+xml", StringComparison.OrdinalIgnoreCase);
        var media = MediaRange.TryParse(text, out var parsed) ? parsed : default;
        if (media.Type.Equals("json", StringComparison.OrdinalIgnoreCase)) return FhirJson;
        if (media.Type.Equals("xml", StringComparison.OrdinalIgnoreCase)) return FhirXml;
        if (media.IsR4 && media.IsUtf8 && Named(media.Type) is { } type) return type;
        throw Refused($"The format '{Shortened(format)}' is not offered; {Offered}.");
    }

    private static bool IsFhirXml(string? contentType) =>
        contentType is not (null or FhirJson) && MediaRange.TryParse(contentType, out var media) && Named(media.Type) is { } type && IsXml(type);

    private static string? Named(ReadOnlySpan<char> type)
    {
        foreach (var known in Types)
            if (type.Equals(known, StringComparison.OrdinalIgnoreCase)) return known;
        return null;
    }

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static FhirException Refused(string diagnostics) =>
        new(Issue.NotSupported(diagnostics) with { MessageId = OutcomeStatus.NotAcceptable });

    private static FhirException Unread(string diagnostics) =>
        new(Issue.NotSupported(diagnostics) with { MessageId = OutcomeStatus.UnsupportedMediaType });

    /// <summary>How welcome a type is, and by which range.</summary>
    /// <param name="Place">One-based position of the range in Accept.</param>
    private readonly record struct Welcome(double Quality, int Specificity, int Place)
    {
        public bool IsBetterThan(Welcome other) =>
            Quality != other.Quality ? Quality > other.Quality : Specificity != other.Specificity ? Specificity > other.Specificity : Place < other.Place;
    }
}
