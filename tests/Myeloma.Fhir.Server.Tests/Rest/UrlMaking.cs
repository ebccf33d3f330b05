using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>URLs below the base, the same for the same seed: from legal ones to noise.</summary>
internal sealed class UrlMaking(int seed)
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance);

    private static readonly string[] Types = [.. R4Schema.Instance.ResourceTypes];

    private static readonly string[] Modifiers =
        ["missing", "exact", "contains", "text", "not", "above", "below", "in", "not-in", "of-type", "identifier", "iterate", "recurse", "Patient", "Nobody", "", "exact:exact", "\u0001", "NOT", "text-advanced"];

    private static readonly string[] Special =
        ["_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude", "_has", "_filter", "_list", "_text", "_content", "_type", "_contained", "_containedType", "_query", "_score",
         "_cursor", "_format", "_pretty", "_since", "_at", "_lastUpdated", "_id", "_profile", "_tag", "_security", "_source", "__explain", "__proto__", "", "%", "$"];

    private static readonly string[] Values =
    [
        "a", "true", "false", "1", "0", "-1", "+1", "1.0", "1e5", "1e-400", "1e400", "99999999999999999999999999999999", "0.00000000000000000000000000000001", "NaN", "Infinity", "0x10", "１",
        "2020", "2020-02", "2020-02-30", "2020-13", "2020-01-01T00:00:00Z", "2020-01-01T25:00", "0000", "9999-12-31T23:59:60Z", "9999", "10000", "2020-01-01T00:00:00.123456789+14:00", "2020-01-01T00:00:00-99:99", "ge", "eq", "zz2020",
        "ap2020", "sa9999-12-31", "eb0001-01-01", "ne1", "gt-5.4", "lt1e308", "ap0", "1||", "1|http://unitsofmeasure.org|mg", "5.4|http://unitsofmeasure.org|[[[", "1|||", "|", "||", "|||", "a|b", "|b", "a|", "http://a|b|c", "http://a.b/c|1.0", "\\", "\\,", "\\|", "a\\", "\\$", "a,b", ",", ",,,", "a,,b",
        "Patient/a", "Patient/", "/a", "Patient/a/_history/1", "Patient/a/_history/999999999999", "Nobody/1", "http://example.org/Patient/a", "urn:uuid:x", "urn:oid:1.2", "#a", "http://", "http://[", "http://a:99999/Patient/1", "%00", "a\u0000b", "\uFFFF", "😀", "\uD83D", "ﬀ", "ß", "İ", "é", "e\u0301",
        "'; DROP TABLE resource; --", "\" OR 1=1", "$1", "{0}", "%s%n", "../../etc/passwd", "<script>", "a$b", "$", "$$", "a$b$c", "code eq a", "(", ")", "((((((((((", "name eq \"", "not (a eq b)", "a eq b and", "title co \"x\" or status eq active",
        "Patient:organization", "Patient:organization:Organization", "*", "Patient:*", "Observation:subject:Patient", "Patient:", ":", "::", "Nobody:a", "-_id", "_lastUpdated", "--", "-", "_id,_id,-_id", "name,birthdate,gender,family,given,phone",
        "json", "xml", "application/fhir+json", "text/turtle", "application/fhir+json;fhirVersion=5.0", "none", "accurate", "estimate", "count", "text", "data", "eyJhIjoxfQ", "AAAA", "=", "==",
    ];

    private readonly Random random = new(seed);

    /// <summary>Method and everything after the base path.</summary>
    public (string Method, string Url) Next()
    {
        var url = Path() + Query();
        for (var spoils = random.Next(4) == 0 ? random.Next(1, 4) : 0; spoils > 0; spoils--) url = Spoilt(url);
        return (Method(), OneLine(url));
    }

    private string Method() => random.Next(20) switch { 0 => "HEAD", 1 => "POST", 2 => "DELETE", 3 => "PUT", 4 => "PATCH", 5 => "OPTIONS", 6 => "TRACE", _ => "GET" };

    private static readonly string[] Operations =
    [
        "$validate", "$fhirpath", "$diff", "$expand", "$", "$$", "$everything", "$lookup", "$validate-code", "$batch-validate-code", "$subsumes", "$find-matches", "$translate", "$closure", "$versions",
        "$apply", "$r5.apply", "$schedule", "$package", "$data-requirements", "$export", "$import", "$import-release", "$compare", "$cache-control", "$reindex", "$expunge", "$status",
    ];

    private string Path() => random.Next(18) switch
    {
        0 => "/" + Pick(Values),
        1 => "/",
        2 => "/_history",
        3 => "/metadata",
        4 => $"/{Type()}/{Pick(Values)}",
        5 => $"/{Type()}/a/_history",
        6 => $"/{Type()}/a/_history/{Pick(Values)}",
        7 => $"/{Type()}/_search",
        8 => $"/{Pick([Type(), "CodeSystem", "ValueSet", "ConceptMap", "PlanDefinition", "ActivityDefinition"])}/{Pick(["", "a/"])}{Pick(Operations)}",
        9 => "/" + Pick(Operations),
        10 => $"/{Type()}/a/{Pick(Values)}",
        11 => $"/{Type()}/_history",
        _ => "/" + Type(),
    };

    /// <summary>Mostly two types that hold something.</summary>
    private string Type() => random.Next(3) == 0 ? Pick(Types) : Pick(["Patient", "Observation"]);

    private string Query()
    {
        var count = random.Next(12) == 0 ? random.Next(150) : random.Next(4);
        if (count == 0) return random.Next(3) == 0 ? "?" : "";
        var query = new StringBuilder("?");
        for (var i = 0; i < count; i++)
        {
            if (i > 0) query.Append('&');
            query.Append(Encoded(Name())).Append(random.Next(30) == 0 ? "" : "=").Append(Encoded(Value()));
        }

        return query.ToString();
    }

    private string Name()
    {
        var name = random.Next(4) == 0 ? Pick(Special) : Pick(Registry.All(Type())).Code;
        for (var links = random.Next(6) == 0 ? random.Next(1, 8) : 0; links > 0; links--) name += "." + Pick(Registry.All(Type())).Code;
        if (random.Next(3) == 0) name += ":" + (random.Next(4) == 0 ? Type() : Pick(Modifiers));
        if (name.StartsWith("_has", StringComparison.Ordinal)) name += $":{Type()}:{Pick(Registry.All(Type())).Code}:{Pick(Registry.All(Type())).Code}";
        return name;
    }

    private string Value() => random.Next(24) switch
    {
        0 => string.Join(',', Enumerable.Range(0, random.Next(2, 700)).Select(_ => Pick(Values))),
        1 => new string(Pick(["a", "\\", ",", "|", "(", "9", "é"])[0], random.Next(3_000)),
        2 => Pick(Values) + Pick(Values),
        3 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        _ => Pick(Values),
    };

    /// <summary>Mostly as a client would, else as a bad one does.</summary>
    private string Encoded(string text) => random.Next(12) == 0 || text.Any(char.IsSurrogate) ? text : Uri.EscapeDataString(text);

    private string Spoilt(string url)
    {
        var at = random.Next(url.Length + 1);
        return random.Next(8) switch
        {
            0 => url[..at] + "%" + url[at..],
            1 => url[..at] + "%C3%28" + url[at..],
            2 => url[..at] + "%00" + url[at..],
            3 => url[..at] + (char)random.Next(1, 0x3000) + url[at..],
            4 => at < url.Length ? url.Remove(at, 1) : url,
            5 => url[..at] + "/../" + url[at..],
            6 => url[..at] + url[..at] + url[at..],
            _ => url[..at] + Pick(["&", "=", "?", "#", ";", "//", "/./", "+", "%2F", "%3F", "%26", "%25", "\\"]) + url[at..],
        };
    }

    /// <summary>What would end the request line or not be sent as UTF-8 is out; everything else stays.</summary>
    private static string OneLine(string url)
    {
        var line = new StringBuilder(url.Length);
        foreach (var rune in url.EnumerateRunes())
            if (rune.Value is not ('\r' or '\n' or ' ')) line.Append(rune.Value == 0xFFFD ? "%FF" : rune.ToString());
        return line.ToString();
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
