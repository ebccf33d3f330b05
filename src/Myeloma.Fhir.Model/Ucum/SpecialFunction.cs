namespace Myeloma.Fhir.Model.Ucum;

/// <summary>How a special unit counts: on a scale with another zero, or logarithmic. https://ucum.org/ucum#section-Special-Units-on-non-ratio-Scales</summary>
internal abstract record SpecialFunction
{
    private SpecialFunction()
    {
    }

    /// <summary>Degrees: the value plus an offset is in proportion to kelvin; exact.</summary>
    public sealed record Offset(Rational ToZero) : SpecialFunction;

    /// <summary>All others, with the 15 digits of a double.</summary>
    public sealed record Curve(Func<double, double> Forward, Func<double, double> Back) : SpecialFunction;

    /// <summary>A value of the special unit as a number of its proportional unit.</summary>
    /// <returns>Null when it has none: a logarithm's power out of range.</returns>
    public Rational? ToProportional(Rational value) => this switch
    {
        Offset(var toZero) => value + toZero,
        Curve(var to, _) => Rational.Of(to(value.ToDouble())),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The way back.</summary>
    /// <returns>Null when it has none: the logarithm of zero.</returns>
    public Rational? FromProportional(Rational value) => this switch
    {
        Offset(var toZero) => value - toZero,
        Curve(_, var from) => Rational.Of(from(value.ToDouble())),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>By the name that UCUM's table gives it.</summary>
    /// <returns>Null for another name.</returns>
    public static SpecialFunction? Find(string name) => name switch
    {
        "Cel" => new Offset(Rational.Parse("273.15")),
        "degF" => new Offset(Rational.Parse("459.67")),
        "degRe" => new Offset(Rational.Parse("218.52")),
        "tanTimes100" => new Curve(value => Math.Atan(value / 100), angle => Math.Tan(angle) * 100),
        "pH" => Logarithm(-1, 10),
        "ln" => new Curve(Math.Exp, Math.Log),
        "lg" => Logarithm(1, 10),
        "lgTimes2" => new Curve(value => Math.Pow(10, value / 2), value => 2 * Math.Log10(value)),
        "ld" => new Curve(value => Math.Pow(2, value), Math.Log2),
        "sqrt" => new Curve(value => value * value, Math.Sqrt),
        "hpX" => Logarithm(-1, 10),
        "hpC" => Logarithm(-1, 100),
        "hpM" => Logarithm(-1, 1_000),
        "hpQ" => Logarithm(-1, 50_000),
        _ => null,
    };

    private static Curve Logarithm(int sign, double @base) =>
        new(value => Math.Pow(@base, sign * value), value => sign * (@base == 10 ? Math.Log10(value) : Math.Log(value) / Math.Log(@base)));
}
