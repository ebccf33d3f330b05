using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>code</c>, <c>system|code</c>, <c>|code</c>, <c>system|</c>. https://hl7.org/fhir/R4/search.html#token</summary>
internal static class TokenReading
{
    private const string Expected = "expected code, system|code, |code or system| (a '|' inside is written '\\|').";

    /// <summary>The value of <c>:of-type</c>. https://hl7.org/fhir/R4/search.html#modifiers</summary>
    /// <returns>Null when malformed, which is noted.</returns>
    public static TokenValue.OfType? ReadOfType(string value, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|').ConvertAll(EscapedText.Unescape);
        if (parts.Count == 3 && !parts.Contains("")) return new TokenValue.OfType(parts[0], parts[1], parts[2]);
        reading.Refuse(value, "expected system|code|value: system and code of the identifier's type, and its value.");
        return null;
    }

    /// <returns>Null when malformed, which is noted.</returns>
    public static TokenValue? Read(string value, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|');
        if (parts.Count == 1) return new TokenValue.AnySystem(EscapedText.Unescape(value));
        if (parts.Count == 2)
        {
            var (system, code) = (EscapedText.Unescape(parts[0]), EscapedText.Unescape(parts[1]));
            if (system.Length > 0 && code.Length > 0) return new TokenValue.InSystem(system, code);
            if (code.Length > 0) return new TokenValue.NoSystem(code);
            if (system.Length > 0) return new TokenValue.WholeSystem(system);
        }

        reading.Refuse(value, Expected);
        return null;
    }
}
