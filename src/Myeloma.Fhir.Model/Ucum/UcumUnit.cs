using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>A UCUM code, read and reduced to base units (m, s, g, rad, K, C, cd). Immutable; shared by threads. https://ucum.org/ucum</summary>
/// <remarks>
/// Conversion reckons with fractions of whole numbers and rounds once, at the end; only logarithmic and angular units (<c>[pH]</c>, <c>dB</c>,
/// <c>[p'diop]</c>) go through doubles and are good for 15 digits. Arbitrary units (<c>[iU]</c>) compare with nothing but themselves. As UCUM has it,
/// <c>mol</c> is a number, and so are <c>eq</c>, <c>bit</c>, <c>[HPF]</c>.
/// </remarks>
public sealed class UcumUnit
{
    /// <summary>The system of UCUM codes in FHIR. https://hl7.org/fhir/R4/ucum.html</summary>
    public const string SystemUrl = "http://unitsofmeasure.org";

    /// <summary>Longer codes are refused; FHIR sets no limit, and no unit comes near.</summary>
    public const int MaxLength = 200;

    private const int CacheSize = 4_096;
    private static readonly ConcurrentDictionary<string, Reading> Cache = new(StringComparer.Ordinal);
    private readonly UcumMeasure measure;
    private readonly string name;

    private UcumUnit(string code, UcumMeasure measure, string name)
    {
        Code = code;
        this.measure = measure;
        this.name = name;
        CanonicalCode = measure.Dimension.ToString();
    }

    private sealed record Reading(UcumUnit? Unit, UcumFault? Fault);

    /// <summary>As it was written, annotations included.</summary>
    public string Code { get; }

    /// <summary>The base units of <see cref="Canonical"/>, itself a UCUM code: <c>g.m-1.s-2</c>; <c>1</c> for a number. Comparable units have the same.</summary>
    public string CanonicalCode { get; }

    /// <summary>Names of the units in English, each in parentheses: <c>(milligram) / (deciliter)</c>.</summary>
    public string DisplayName => name;

    /// <summary>Whether it counts from another zero or logarithmically, so that twice the number is not twice as much.</summary>
    public bool IsSpecial => measure.Function is not null;

    /// <summary>Whether conversion is in fractions of whole numbers, and larger is more: all but logarithmic and angular units.</summary>
    public bool IsExact => measure.Function is not SpecialFunction.Curve;

    /// <summary>Reads a code; the last few thousand are kept, so that reading one again allocates nothing.</summary>
    /// <param name="fault">What is wrong, where, and what was probably meant; null when the code is right.</param>
    public static bool TryParse(string code, [NotNullWhen(true)] out UcumUnit? unit, [NotNullWhen(false)] out UcumFault? fault)
    {
        if (!Cache.TryGetValue(code, out var reading))
        {
            reading = Read(code);

            // Forgetting all at once is rare, and cheaper than keeping count of use.
            if (Cache.Count >= CacheSize) Cache.Clear();
            if (code.Length <= MaxLength) Cache[code] = reading;
        }

        (unit, fault) = (reading.Unit, reading.Fault);
        return unit is not null;
    }

    /// <returns>Null for what is no UCUM code, and for null.</returns>
    public static UcumUnit? Find(string? code) => code is not null && TryParse(code, out var unit, out _) ? unit : null;

    private static Reading Read(string code)
    {
        if (code.Length > MaxLength) return new Reading(null, new UcumFault(0, $"The code has {code.Length} characters; at most {MaxLength} are read."));
        var parser = new UcumParser(code, UcumTable.Instance);
        if (parser.TryParse(out var measure, out var fault)) return new Reading(new UcumUnit(code, measure, parser.Name), null);

        // A suggestion that is no code itself helps nobody.
        if (fault!.Suggestion is { } guess && !new UcumParser(guess, UcumTable.Instance).TryParse(out _, out _)) fault = fault with { Suggestion = null };
        return new Reading(null, fault);
    }

    /// <summary>Whether values of the two can be converted into each other: the same powers of the same base and arbitrary units.</summary>
    public bool IsComparable(UcumUnit other) => measure.Dimension.Equals(other.measure.Dimension);

    /// <summary>A value of this unit in <paramref name="target"/>: exact where a decimal can hold it, else 20 significant digits; without trailing zeros.</summary>
    /// <returns>Null when the two do not compare, when the result has no room in a decimal, and for a logarithm of what is not above zero.</returns>
    public decimal? Convert(decimal value, UcumUnit target)
    {
        if (!IsComparable(target)) return null;
        if (ReferenceEquals(this, target)) return value;
        return ToBase(value) is { } inBase && target.FromBase(inBase) is { } result ? result.ToDecimal(Digits(target)) : null;
    }

    /// <summary>A value in base units, those of <see cref="CanonicalCode"/>.</summary>
    /// <returns>As <see cref="Convert"/>.</returns>
    public decimal? Canonical(decimal value) => ToBase(value)?.ToDecimal(Digits(this));

    /// <summary>Compares two values without rounding either.</summary>
    /// <returns>Below, equal (0) or above; null when the units do not compare or a value has no place in base units.</returns>
    public int? Compare(decimal value, UcumUnit other, decimal otherValue)
    {
        if (!IsComparable(other)) return null;
        if (ReferenceEquals(this, other)) return value.CompareTo(otherValue);
        return ToBase(value) is { } left && other.ToBase(otherValue) is { } right ? left.CompareTo(right) : null;
    }

    /// <summary>What is sure when a double takes part; null when all is exact.</summary>
    private int? Digits(UcumUnit other) => measure.Function is SpecialFunction.Curve || other.measure.Function is SpecialFunction.Curve ? 13 : null;

    private Rational? ToBase(decimal value)
    {
        var number = Rational.Of(value);
        if (measure.Function is null) return number * measure.Factor;
        return measure.Function.ToProportional(number * measure.Scale) is { } proportional ? proportional * measure.Factor : null;
    }

    private Rational? FromBase(Rational value)
    {
        var proportional = value / measure.Factor;
        if (measure.Function is null) return proportional;
        return measure.Function.FromProportional(proportional) is { } number ? number / measure.Scale : null;
    }

    /// <returns>The code as written.</returns>
    public override string ToString() => Code;
}
