using Microsoft.AspNetCore.Http.Features;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>One request to the FHIR API with what negotiation made of it.</summary>
/// <remarks>Made before anything is known to be well-formed, so that a fault is answered in the format asked for wherever that much could be read.</remarks>
internal sealed class FhirCall(HttpContext context, ServerOptions options)
{
    private static readonly List<KeyValuePair<string, string>> NoParameters = [];

    private string? baseUrl;
    private string query = "";

    public HttpContext Context => context;

    public HttpRequest Request => context.Request;

    /// <summary>Below the base path, percent-encoded, with leading slash or empty.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The parameters of the URL in their order, without those that are about the answer's form (<c>_format</c>, <c>_pretty</c>).</summary>
    public List<KeyValuePair<string, string>> Parameters { get; private set; } = NoParameters;

    /// <summary>The media type of the answer.</summary>
    public string MediaType { get; private set; } = FhirFormat.FhirJson;

    /// <summary>Whether <c>_format</c> or Accept names a FHIR type, and not just any.</summary>
    public bool AsksForFhir { get; private set; }

    public bool IsPretty { get; private set; }

    /// <summary>The body as it was read from XML; null for a body in JSON, and for none.</summary>
    public XmlConversion? Source { get; private set; }

    public Preferences Preferences { get; private set; }

    /// <summary>Without trailing slash: the setting, else what a trusted proxy says, else from the request.</summary>
    public string BaseUrl => baseUrl ??= options.BaseUrl ?? $"{options.Forwarded.Find(context) ?? $"{Request.Scheme}://{Request.Host.Value}"}{options.BasePath}";

    /// <summary>The URL of the request with its query, as sent, behind the base URL that links begin with.</summary>
    public string Url => $"{BaseUrl}{Path}{query}";

    public bool IsHead => HttpMethods.IsHead(Request.Method);

    /// <summary>Whether the request has a body: one of known length that is not 0, or of unknown length.</summary>
    public bool HasBody => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? Request.ContentLength is not (0 or null);

    /// <summary>Whether the request carries If-Match, which decides between 409 and 412.</summary>
    public bool HasPrecondition => Request.Headers.IfMatch.Count > 0;

    /// <summary>Reads URL and headers.</summary>
    /// <exception cref="FhirException">URL too long (414) or broken, format not offered (406).</exception>
    public void Bind()
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.Length > options.MaxUrlLength)
        {
            throw new FhirException(Issue.TooLong($"The URL has {target.Length} characters, more than the {options.MaxUrlLength} allowed (setting Fhir:MaxUrlLength); POST _search takes longer ones.") with
            {
                MessageId = OutcomeStatus.UrlTooLong,
            });
        }

        var start = target.StartsWith('/') ? 0 : target.IndexOf('/', target.IndexOf("://", StringComparison.Ordinal) + 3);
        var mark = target.IndexOf('?');
        // The path arrives decoded elsewhere; a base path written with escapes is no second name for it.
        if (!target.AsSpan(start).StartsWith(options.BasePath, StringComparison.Ordinal))
            throw new FhirException(Issue.NotFound($"There is nothing here; the FHIR API begins at {options.BasePath}."));
        Path = target[(start + options.BasePath.Length)..(mark < 0 ? target.Length : mark)];
        query = mark < 0 ? "" : target[mark..];
        if (mark >= 0) TakeParameters(QueryText.Parse(target.AsSpan(mark + 1)));
        var accept = Request.Headers.Accept;
        MediaType = Negotiated();
        AsksForFhir = !string.IsNullOrEmpty(format) || accept.ToString().Contains("fhir", StringComparison.OrdinalIgnoreCase);
        if (Request.Headers.TryGetValue("Prefer", out var prefer)) Preferences = Preferences.Parse(prefer);
    }

    private string? format;

    /// <summary>Takes the parameters of the URL, or of a form, and keeps those about the answer's form apart.</summary>
    public void TakeParameters(List<KeyValuePair<string, string>> parameters)
    {
        for (var i = parameters.Count - 1; i >= 0; i--)
        {
            var (name, value) = parameters[i];
            if (name == "_format") format = value;
            else if (name == "_pretty") IsPretty = PrettyOf(value);
            else continue;
            parameters.RemoveAt(i);
        }

        if (Parameters.Count == 0) Parameters = parameters;
        else Parameters = [.. Parameters, .. parameters];
    }

    /// <summary>Applies a <c>_format</c> that came in a form.</summary>
    public void Renegotiate() => MediaType = Negotiated();

    /// <summary>Takes a body in XML: from now on issues with lines are about it.</summary>
    /// <param name="isForJudging">The body is only looked at: what XML holds beyond JSON is told with all other issues, instead of refused before them.</param>
    /// <returns>The body as JSON.</returns>
    /// <exception cref="FhirException">As <see cref="XmlReading.Read"/>.</exception>
    public ReadOnlyMemory<byte> TakeXml(ReadOnlyMemory<byte> body, bool isForJudging)
    {
        Source = isForJudging ? XmlReading.ReadWhatFits(body, options.ParseLimits) : XmlReading.Read(body, options.ParseLimits);
        return Source.Json;
    }

    /// <summary>The content of a Binary may be asked for in any type; what it is instead the answer says.</summary>
    private string Negotiated()
    {
        var accept = Request.Headers.Accept;
        var ranges = accept.Count <= 1 ? (string?)accept : string.Join(',', accept.ToArray());
        return Path.StartsWith("/Binary/", StringComparison.Ordinal) && Request.Method is "GET" or "HEAD"
            ? FhirFormat.FindAnswer(format, ranges) ?? FhirFormat.FhirJson
            : FhirFormat.OfAnswer(format, ranges, Request.ContentType);
    }

    private static bool PrettyOf(string value) => value switch
    {
        "true" or "" => true,
        "false" => false,
        _ => throw new FhirException(Issue.Invalid($"_pretty is true or false, not '{value}'.")),
    };
}
