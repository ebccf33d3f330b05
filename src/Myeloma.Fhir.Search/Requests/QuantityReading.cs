using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>5.4|http://unitsofmeasure.org|mg</c>, <c>5.4||mg</c>, <c>5.4</c>, each with a prefix. https://hl7.org/fhir/R4/search.html#quantity</summary>
internal static class QuantityReading
{
    /// <returns>Null when malformed, which is noted.</returns>
    public static QuantityValue? Read(string value, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|');
        if (parts.Count is not (1 or 3))
        {
            reading.Refuse(value, "expected number, number|system|code or number||code.");
            return null;
        }

        if (NumberReading.Read(parts[0], value, reading) is not { } number) return null;
        return parts.Count == 1 ? new QuantityValue(number, null, null) : CanonicalUnit.Value(new QuantityValue(number, NullIfEmpty(parts[1]), NullIfEmpty(parts[2])));
    }

    private static string? NullIfEmpty(string part) => part.Length == 0 ? null : EscapedText.Unescape(part);
}
