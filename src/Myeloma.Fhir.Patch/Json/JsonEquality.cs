using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Myeloma.Fhir.Patch.Json;

/// <summary>Whether two JSON values are equal in the sense of <c>test</c>. https://www.rfc-editor.org/rfc/rfc6902#section-4.6</summary>
internal static class JsonEquality
{
    /// <summary>Numbers by value, strings by their characters, objects without regard to order.</summary>
    public static bool Equal(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        return left.ValueKind switch
        {
            JsonValueKind.Object => EqualObjects(left, right),
            JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Equal(pair.First, pair.Second)),
            JsonValueKind.String => left.GetString() == right.GetString(),
            JsonValueKind.Number => Normal(left.GetRawText()) == Normal(right.GetRawText()),
            _ => true,
        };
    }

    private static bool EqualObjects(JsonElement left, JsonElement right)
    {
        var count = 0;
        foreach (var property in left.EnumerateObject())
        {
            count++;
            if (!right.TryGetProperty(property.Name, out var other) || !Equal(property.Value, other)) return false;
        }

        return right.EnumerateObject().Count() == count;
    }

    /// <summary>Sign, digits without zeros at either end, and the power of ten they are multiplied by: equal for 1, 1.0 and 10e-1.</summary>
    private static (bool IsNegative, string Digits, BigInteger Exponent) Normal(string number)
    {
        var isNegative = number[0] == '-';
        var mark = number.AsSpan().IndexOfAny('e', 'E');
        var exponent = mark < 0 ? BigInteger.Zero : BigInteger.Parse(number.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = (mark < 0 ? number : number[..mark]).TrimStart('-');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        var digits = mantissa.TrimStart('0');
        var trimmed = digits.TrimEnd('0');
        return trimmed.Length == 0 ? (false, "", BigInteger.Zero) : (isNegative, trimmed, exponent + (digits.Length - trimmed.Length));
    }
}
