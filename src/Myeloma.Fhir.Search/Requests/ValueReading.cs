using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>What the reading of a value needs to know of its parameter and request.</summary>
/// <param name="Name">The whole name as in the request, for issues.</param>
internal sealed record ValueReading(string Name, SearchParameter Parameter, SearchParameterRegistry Registry, SearchOptions Options, BindingIssues Issues)
{
    /// <summary>Notes that a value can't be read: what it is, and what was expected.</summary>
    public void Refuse(string value, string expected) => Issues.RefuseValue(Name, $"'{value}' is no value for search parameter '{Name}': {expected}");

    /// <summary>Reads every alternative.</summary>
    /// <returns>Null when one of them is malformed, which is noted.</returns>
    public static List<T>? Each<T>(IReadOnlyList<string> values, Func<string, T?> read)
        where T : class
    {
        List<T> all = new(values.Count);
        foreach (var value in values)
            if (read(value) is { } one) all.Add(one);
        return all.Count == values.Count ? all : null;
    }
}

/// <summary>Prefixes of ordered values. https://hl7.org/fhir/R4/search.html#prefix</summary>
internal static class PrefixReading
{
    public const string Known = "eq, ne, gt, lt, ge, le, sa, eb or ap";

    /// <summary>Takes a leading prefix off.</summary>
    /// <returns>Null when the text begins with letters that are no prefix.</returns>
    public static (Prefix Prefix, string Value)? Read(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0])) return (Prefix.Eq, text);
        if (text.Length < 2) return null;
        Prefix? prefix = text[..2] switch
        {
            "eq" => Prefix.Eq,
            "ne" => Prefix.Ne,
            "gt" => Prefix.Gt,
            "lt" => Prefix.Lt,
            "ge" => Prefix.Ge,
            "le" => Prefix.Le,
            "sa" => Prefix.Sa,
            "eb" => Prefix.Eb,
            "ap" => Prefix.Ap,
            _ => null,
        };
        return prefix is { } known ? (known, text[2..]) : null;
    }
}
