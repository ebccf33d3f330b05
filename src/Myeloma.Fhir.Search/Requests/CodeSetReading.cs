using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>The values of <c>:in</c>, <c>:not-in</c>, <c>:below</c> and <c>:above</c> of token parameters. https://hl7.org/fhir/R4/search.html#modifiers</summary>
internal static class CodeSetReading
{
    /// <summary>Whether the modifier is one of these.</summary>
    public static bool Takes(string? modifier) => modifier is "in" or "not-in" or "below" or "above";

    /// <returns>Null when malformed, which is noted.</returns>
    public static Criterion.TokenIn? Bind(string modifier, IReadOnlyList<string> values, ValueReading reading)
    {
        var sets = ValueReading.Each(values, value => modifier is "in" or "not-in" ? ValueSet(value, reading) : Branch(value, modifier, reading));
        return sets is null ? null : new Criterion.TokenIn(reading.Parameter, sets, reading.Name, modifier == "not-in");
    }

    /// <summary><c>url</c>, <c>url|version</c>, <c>ValueSet/id</c>, or that below the server's base.</summary>
    private static CodeSetName? ValueSet(string value, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|').ConvertAll(EscapedText.Unescape);
        var target = ReferenceText.Parse(parts[0], reading.Options.BaseUrl, reading.Registry.Schema);
        var id = target is { Type: "ValueSet", Version: null } ? target.Id : null;
        if (parts.Count <= 2 && !parts.Contains("") && ReferenceText.IsAbsolute(parts[0]))
            return new CodeSetName.ValueSet(parts[0], parts.Count == 2 ? parts[1] : null, parts.Count == 1 ? id : null);
        if (parts.Count == 1 && id is not null) return new CodeSetName.StoredValueSet(id);
        reading.Refuse(value, "expected the canonical url of a value set, url|version, or ValueSet/id.");
        return null;
    }

    /// <summary><c>system|code</c>: without its system a code has no place in a hierarchy.</summary>
    private static CodeSetName? Branch(string value, string modifier, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|').ConvertAll(EscapedText.Unescape);
        if (parts.Count == 2 && !parts.Contains("")) return modifier == "below" ? new CodeSetName.Below(parts[0], parts[1]) : new CodeSetName.Above(parts[0], parts[1]);
        reading.Refuse(value, "expected system|code: what a code subsumes, and what subsumes it, is said by its code system.");
        return null;
    }
}
