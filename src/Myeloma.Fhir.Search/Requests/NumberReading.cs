using System.Globalization;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>A number with its prefix. https://hl7.org/fhir/R4/search.html#number</summary>
internal static class NumberReading
{
    private const decimal Approximately = 0.1m;

    /// <summary>Digits behind the point whose half still fits into a decimal.</summary>
    private const int MaxScale = 27;

    /// <returns>Null when malformed, which is noted.</returns>
    public static NumberValue? Read(string value, ValueReading reading) => Read(value, value, reading);

    /// <param name="text">The number.</param>
    /// <param name="whole">What to name when it is malformed.</param>
    public static NumberValue? Read(string text, string whole, ValueReading reading)
    {
        if (PrefixReading.Read(text) is not var (prefix, digits))
        {
            reading.Refuse(whole, $"a number may begin with {PrefixReading.Known}.");
            return null;
        }

        if (Parse(digits) is not var (number, half))
        {
            reading.Refuse(whole, "expected a number like 3, 5.40 or 1e2, of at most 28 digits.");
            return null;
        }

        try
        {
            if (prefix == Prefix.Ap) half = Math.Abs(number) * Approximately;
            return new NumberValue(prefix, number - half, number + half, number);
        }
        catch (OverflowException)
        {
            reading.Refuse(whole, "the number is too large.");
            return null;
        }
    }

    /// <returns>The number, and half of what its last digit counts: 100 is 99.5 up to 100.5, 1e2 is 95 up to 105.</returns>
    private static (decimal Number, decimal Half)? Parse(string text)
    {
        if (text.Length is 0 or > 64 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')) return null;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)) return null;

        var mark = text.IndexOfAny(['e', 'E']);
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return null;
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;

        // The specification's own example reads 1e2 as 95 up to 105, as if it were 1.0e2.
        if (point < 0 && exponent > 0) scale++;
        if (scale is > MaxScale or < -MaxScale) return null;

        var half = 0.5m;
        for (; scale > 0; scale--) half /= 10;
        for (; scale < 0; scale++) half *= 10;
        return (number, half);
    }
}
