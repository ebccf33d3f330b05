namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>Integers and Decimals together. https://hl7.org/fhirpath/N1/#decimal</summary>
internal static class Numbers
{
    /// <returns>Null for what is no number.</returns>
    public static decimal? Of(SystemValue value) => value switch
    {
        SystemValue.Integer(var integer) => integer,
        SystemValue.Decimal(var number) => number,
        _ => null,
    };

    /// <summary>Digits after the point, trailing zeros included.</summary>
    public static int Scale(decimal value) => value.Scale;

    /// <summary>Digits after the point without trailing zeros.</summary>
    private static int Significant(decimal value)
    {
        var scale = (int)value.Scale;
        while (scale > 0 && decimal.Round(value, scale - 1) == value) scale--;
        return scale;
    }

    /// <summary>Equal when rounded to the digits of the less precise, trailing zeros not counted. https://hl7.org/fhirpath/N1/#equivalent</summary>
    public static bool AreEquivalent(decimal left, decimal right) => AreEquivalentAt(left, right, Math.Min(Significant(left), Significant(right)));

    public static bool AreEquivalentAt(decimal left, decimal right, int digits) => decimal.Round(left, digits) == decimal.Round(right, digits);

    /// <returns>Null for what is no finite number or has no room in a Decimal.</returns>
    public static decimal? Of(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 7.9e28 ? (decimal)value : null;
}
