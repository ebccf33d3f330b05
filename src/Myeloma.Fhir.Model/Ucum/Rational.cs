using System.Globalization;
using System.Numerics;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>A fraction of whole numbers in lowest terms, so that units convert without rounding. The denominator is above zero.</summary>
internal readonly record struct Rational
{
    private Rational(BigInteger numerator, BigInteger denominator)
    {
        Numerator = numerator;
        Denominator = denominator;
    }

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    public static readonly Rational One = new(1, 1);

    public bool IsZero => Numerator.IsZero;

    /// <summary>Bits it takes; a bound on hostile exponents.</summary>
    public long Bits => Numerator.GetBitLength() + Denominator.GetBitLength();

    public static Rational Of(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0) divisor = -divisor;
        return divisor.IsOne ? new Rational(numerator, denominator) : new Rational(numerator / divisor, denominator / divisor);
    }

    public static Rational Of(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        _ = decimal.GetBits(value, bits);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return Of(value < 0 ? -mantissa : mantissa, BigInteger.Pow(10, value.Scale));
    }

    /// <summary>Digits, a point, an exponent: <c>1.66e-24</c>.</summary>
    public static Rational Parse(string text)
    {
        var mark = text.IndexOf('e', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = mark < 0 ? text : text[..mark];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        var whole = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent >= 0 ? new Rational(whole * BigInteger.Pow(10, exponent), 1) : Of(whole, BigInteger.Pow(10, -exponent));
    }

    /// <summary>The 15 digits a double is sure of.</summary>
    /// <returns>Null for what is no finite number.</returns>
    public static Rational? Of(double value) => double.IsFinite(value) ? Parse(value.ToString("e14", CultureInfo.InvariantCulture)) : null;

    public double ToDouble()
    {
        // Both parts may be beyond what a double holds while their ratio is not.
        var shift = (int)(Numerator.GetBitLength() - Denominator.GetBitLength()) - 64;
        var scaled = shift >= 0 ? Numerator / (Denominator << shift) : (Numerator << -shift) / Denominator;
        return Math.ScaleB((double)scaled, shift);
    }

    public static Rational operator *(Rational left, Rational right) => Of(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    /// <exception cref="DivideByZeroException">The right side is zero.</exception>
    public static Rational operator /(Rational left, Rational right) => right.IsZero
        ? throw new DivideByZeroException()
        : Of(left.Numerator * right.Denominator, left.Denominator * right.Numerator);

    public static Rational operator +(Rational left, Rational right) =>
        Of((left.Numerator * right.Denominator) + (right.Numerator * left.Denominator), left.Denominator * right.Denominator);

    public static Rational operator -(Rational left, Rational right) => left + new Rational(-right.Numerator, right.Denominator);

    public Rational Power(int exponent) => exponent >= 0
        ? new Rational(BigInteger.Pow(Numerator, exponent), BigInteger.Pow(Denominator, exponent))
        : Of(BigInteger.Pow(Denominator, -exponent), BigInteger.Pow(Numerator, -exponent));

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The number itself where a decimal can hold it, else rounded to 20 significant digits; no trailing zeros.</summary>
    /// <param name="digits">Rounds to that many in any case; for what came through a double.</param>
    /// <returns>Null when it is too large for a decimal, or so small that fewer than twelve digits would be left.</returns>
    public decimal? ToDecimal(int? digits = null)
    {
        if (IsZero) return 0;
        return digits is { } few ? Rounded(few) : Exact() ?? Rounded(20);
    }

    private decimal? Rounded(int digits)
    {
        var magnitude = Magnitude();
        if (magnitude > 28) return null;
        var scale = Math.Min(digits - 1 - magnitude, 28);
        if (scale + magnitude + 1 < 12) return null;
        var scaled = scale >= 0 ? Round(Numerator * BigInteger.Pow(10, scale), Denominator) : Round(Numerator, Denominator * BigInteger.Pow(10, -scale));
        return Make(scaled, scale);
    }

    private decimal? Exact()
    {
        // A fraction ends as a decimal when its denominator has no factor but 2 and 5; 10^28 holds all those a decimal can hold.
        var scaled = BigInteger.DivRem(Numerator * TenTo28, Denominator, out var rest);
        return rest.IsZero ? Make(scaled, 28) : null;
    }

    private static readonly BigInteger TenTo28 = BigInteger.Pow(10, 28);
    private static readonly BigInteger MaxMantissa = (BigInteger.One << 96) - 1;

    /// <summary>Whole number over a power of ten as a decimal.</summary>
    /// <returns>Null when the digits have no room.</returns>
    private static decimal? Make(BigInteger whole, int scale)
    {
        for (; scale > 0; scale--)
        {
            var shorter = BigInteger.DivRem(whole, 10, out var rest);
            if (!rest.IsZero) break;
            whole = shorter;
        }

        for (; scale < 0; scale++) whole *= 10;
        var mantissa = BigInteger.Abs(whole);
        if (mantissa > MaxMantissa || scale > 28) return null;
        var low = (int)(uint)(mantissa & uint.MaxValue);
        var middle = (int)(uint)((mantissa >> 32) & uint.MaxValue);
        var high = (int)(uint)(mantissa >> 64);
        return new decimal(low, middle, high, whole.Sign < 0, (byte)scale);
    }

    /// <summary>Power of ten of the first digit: 0 for 1 to below 10, -1 for 0.1 to below 1.</summary>
    private int Magnitude()
    {
        var absolute = Of(BigInteger.Abs(Numerator), Denominator);
        var guess = (int)Math.Floor(BigInteger.Log10(absolute.Numerator) - BigInteger.Log10(Denominator));

        // The logarithm of a number just below a power of ten may round up to it.
        if (absolute.CompareTo(PowerOfTen(guess)) < 0) return guess - 1;
        return absolute.CompareTo(PowerOfTen(guess + 1)) >= 0 ? guess + 1 : guess;
    }

    private static Rational PowerOfTen(int exponent) =>
        exponent >= 0 ? new Rational(BigInteger.Pow(10, exponent), 1) : new Rational(1, BigInteger.Pow(10, -exponent));

    /// <summary>Half goes away from zero.</summary>
    private static BigInteger Round(BigInteger numerator, BigInteger denominator)
    {
        var half = denominator / 2;
        return (numerator.Sign < 0 ? numerator - half : numerator + half) / denominator;
    }
}
