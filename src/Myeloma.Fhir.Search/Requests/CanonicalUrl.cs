using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>url=http://…|1.0</c>: a canonical resource by its url and version, which are two parameters. https://hl7.org/fhir/R4/references.html#canonical</summary>
internal static class CanonicalUrl
{
    /// <summary>The version parameter that belongs to the url parameter.</summary>
    /// <returns>Null when the parameter read is no <c>url</c>, or the type has no version.</returns>
    public static SearchParameter? VersionOf(ValueReading reading) =>
        reading.Parameter is { Code: "url", IsComponent: false } && reading.Registry.Find(reading.Parameter.ResourceType, "version") is { Type: SearchParameterType.Token, IsIndexed: true, HasRows: true } version
            ? version
            : null;

    public static bool HasVersion(string value) => EscapedText.Split(value, '|').Count > 1;

    /// <param name="below">Versions that begin like the one given; of urls without a version those below.</param>
    /// <returns>Null when a value is malformed, which is noted.</returns>
    public static Criterion? Bind(List<string> values, bool negated, bool below, SearchParameter version, ValueReading reading)
    {
        if (negated)
        {
            reading.Refuse(values.Find(HasVersion)!, "':not' takes urls without a version.");
            return null;
        }

        List<Criterion> alternatives = [];
        foreach (var value in values)
        {
            var parts = EscapedText.Split(value, '|').ConvertAll(EscapedText.Unescape);
            if (parts.Count > 2 || parts.Contains(""))
            {
                reading.Refuse(value, "expected url or url|version.");
                return null;
            }

            var url = new Criterion.Uri(reading.Parameter, UriMatch.Exact, [parts[0]]);
            alternatives.Add(parts.Count == 1
                ? url with { Match = below ? UriMatch.Below : UriMatch.Exact }
                : below ? new Criterion.AllOf([url, new Criterion.VersionBelow(version, parts[1])])
                : new Criterion.AllOf([url, new Criterion.Token(version, [new TokenValue.AnySystem(parts[1])])]));
        }

        return alternatives is [var only] ? only : new Criterion.AnyOf(alternatives);
    }
}
