using System.Globalization;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>A UCUM unit reduced to base units: a factor and a dimension. https://ucum.org/ucum</summary>
/// <remarks>
/// The factor is mantissa × 10^exponent, so that metric prefixes stay exact. Units on a scale with another zero (Cel, [degF]) have an offset and
/// can't be multiplied. Arbitrary units ([iU]) are dimensions of their own. Logarithmic units are not known.
/// </remarks>
internal sealed class UcumUnit
{
    private UcumUnit(decimal mantissa, int exponent, IReadOnlyDictionary<string, int> dimension, decimal offset = 0)
    {
        Mantissa = mantissa;
        Exponent = exponent;
        Dimension = dimension;
        Offset = offset;
    }

    public decimal Mantissa { get; }

    public int Exponent { get; }

    /// <summary>Powers of base units; none for a mere number.</summary>
    public IReadOnlyDictionary<string, int> Dimension { get; }

    /// <summary>What to add to a value, in base units, after the factor.</summary>
    public decimal Offset { get; }

    /// <returns>Null for a code that is no UCUM or whose atoms are not in the table.</returns>
    public static UcumUnit? Find(string code)
    {
        if (code.Length is 0 or > 100) return null;
        try
        {
            return new UcumParser(code).Parse();
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    public bool IsComparable(UcumUnit other)
    {
        if (Dimension.Count != other.Dimension.Count) return false;
        foreach (var (unit, power) in Dimension)
            if (!other.Dimension.TryGetValue(unit, out var otherPower) || power != otherPower) return false;
        return true;
    }

    /// <summary>A value of this unit in <paramref name="target"/>.</summary>
    /// <returns>Null when the dimensions differ or the result has no room in a decimal.</returns>
    public decimal? Convert(decimal value, UcumUnit target)
    {
        if (!IsComparable(target)) return null;
        try
        {
            if (Offset == 0 && target.Offset == 0) return Scale(value * Mantissa / target.Mantissa, Exponent - target.Exponent);
            
            // Ninths of a degree have no end as decimals: what lies beyond 18 digits is rounding.
            return decimal.Round(Scale((Scale(value * Mantissa, Exponent) + Offset - target.Offset) / target.Mantissa, -target.Exponent), 18);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <exception cref="OverflowException">No room in a decimal.</exception>
    private static decimal Scale(decimal value, int exponent)
    {
        for (; exponent > 0; exponent--) value *= 10;
        for (; exponent < 0 && value != 0; exponent++) value /= 10;
        return value;
    }

    public static UcumUnit Number(decimal value) => new(value, 0, new Dictionary<string, int>());

    public static UcumUnit Base(string symbol) => new(1, 0, new Dictionary<string, int> { [symbol] = 1 });

    public UcumUnit Times(decimal mantissa, int exponent) => Normal(Mantissa * mantissa, Exponent + exponent, Dimension, Offset);

    public UcumUnit WithOffset(decimal offset) => new(Mantissa, Exponent, Dimension, offset);

    /// <returns>Null for a unit with an offset, unless the power is 1.</returns>
    public UcumUnit? Power(int power)
    {
        if (power == 1) return this;
        if (Offset != 0 || Math.Abs(power) > 20) return null;
        var result = Number(1);
        for (var i = 0; i < Math.Abs(power); i++) result = result.Multiply(this, Math.Sign(power))!;
        return result;
    }

    /// <param name="sign">1 to multiply, -1 to divide.</param>
    /// <returns>Null when either has an offset.</returns>
    public UcumUnit? Multiply(UcumUnit other, int sign)
    {
        if (Offset != 0 || other.Offset != 0) return null;
        var dimension = new Dictionary<string, int>(Dimension);
        foreach (var (unit, power) in other.Dimension)
        {
            var sum = dimension.GetValueOrDefault(unit) + (sign * power);
            if (sum == 0) dimension.Remove(unit);
            else dimension[unit] = sum;
        }

        return Normal(sign > 0 ? Mantissa * other.Mantissa : Mantissa / other.Mantissa, Exponent + (sign * other.Exponent), dimension, 0);
    }

    /// <summary>Keeps the mantissa between 1 and 10, so that it never runs out of digits.</summary>
    private static UcumUnit Normal(decimal mantissa, int exponent, IReadOnlyDictionary<string, int> dimension, decimal offset)
    {
        while (mantissa >= 10)
        {
            mantissa /= 10;
            exponent++;
        }

        while (mantissa is > 0 and < 1)
        {
            mantissa *= 10;
            exponent--;
        }

        return new UcumUnit(mantissa, exponent, dimension, offset);
    }

    public override string ToString() =>
        $"{Mantissa.ToString(CultureInfo.InvariantCulture)}e{Exponent} {string.Join('.', Dimension.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key + entry.Value))}";
}
