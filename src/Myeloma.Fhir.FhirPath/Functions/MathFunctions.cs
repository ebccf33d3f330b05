using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Math, section 5.7. https://hl7.org/fhirpath/N1/#math</summary>
/// <remarks>An empty input or argument gives Empty, and so does what has no result in range; an input that is not one number is <c>invalid</c>.</remarks>
internal static class MathFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("abs", 0, 0, Abs),
        new("ceiling", 0, 0, (input, arguments) => Whole(input, arguments, decimal.Ceiling)),
        new("floor", 0, 0, (input, arguments) => Whole(input, arguments, decimal.Floor)),
        new("truncate", 0, 0, (input, arguments) => Whole(input, arguments, decimal.Truncate)),
        new("exp", 0, 0, (input, arguments) => Real(input, arguments, Math.Exp)),
        new("ln", 0, 0, (input, arguments) => Real(input, arguments, Math.Log)),
        new("log", 1, 1, Log),
        new("power", 1, 1, Power),
        new("round", 0, 1, Round),
        new("sqrt", 0, 0, (input, arguments) => Real(input, arguments, Math.Sqrt)),
    ];

    /// <exception cref="FhirException"><c>invalid</c>: not one number.</exception>
    private static decimal? Number(Collection input, Arguments arguments)
    {
        if (input.SingleValue(arguments.Site) is not { } value) return null;
        return Numbers.Of(value) ?? throw arguments.Site.Expected("a number", input);
    }

    private static Collection Abs(Collection input, Arguments arguments) => input.SingleValue(arguments.Site) switch
    {
        null => Collection.Empty,
        SystemValue.Integer(var integer) => MathOperators.Integer(Math.Abs((long)integer)),
        SystemValue.Decimal(var number) => Collection.Of(Math.Abs(number)),
        SystemValue.Quantity quantity => Collection.Of(quantity with { Value = Math.Abs(quantity.Value) }),
        _ => throw arguments.Site.Expected("a number or Quantity", input),
    };

    /// <returns>One Integer; Empty when it has no room in one.</returns>
    private static Collection Whole(Collection input, Arguments arguments, Func<decimal, decimal> round)
    {
        if (Number(input, arguments) is not { } number) return Collection.Empty;
        var whole = round(number);
        return whole is >= int.MinValue and <= int.MaxValue ? Collection.Of((int)whole) : Collection.Empty;
    }

    private static Collection Real(Collection input, Arguments arguments, Func<double, double> function) =>
        Number(input, arguments) is { } number && Numbers.Of(function((double)number)) is { } result ? Collection.Of(result) : Collection.Empty;

    /// <summary><c>log(base)</c>.</summary>
    private static Collection Log(Collection input, Arguments arguments)
    {
        if (Number(input, arguments) is not { } number || Number(arguments.Collection(0), arguments) is not { } radix) return Collection.Empty;
        return Numbers.Of(Math.Log((double)number, (double)radix)) is { } result ? Collection.Of(result) : Collection.Empty;
    }

    /// <summary><c>power(exponent)</c>: an Integer of Integers, when it has room in one; else a Decimal.</summary>
    private static Collection Power(Collection input, Arguments arguments)
    {
        if (Number(input, arguments) is not { } number || Number(arguments.Collection(0), arguments) is not { } exponent) return Collection.Empty;
        if (Numbers.Of(Math.Pow((double)number, (double)exponent)) is not { } result) return Collection.Empty;
        var isInteger = input[0].ToSystem() is SystemValue.Integer && exponent == decimal.Truncate(exponent) && exponent >= 0;
        return isInteger && Math.Abs(result) <= int.MaxValue ? Collection.Of((int)result) : Collection.Of(result);
    }

    /// <summary><c>round([precision])</c>: to that many digits after the point, halves away from zero.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a negative precision.</exception>
    private static Collection Round(Collection input, Arguments arguments)
    {
        if (Number(input, arguments) is not { } number) return Collection.Empty;
        var digits = arguments.Integer(0) ?? 0;
        if (digits < 0) throw arguments.Site.Fault("round() expects a precision of 0 or more digits.");
        return Collection.Of(decimal.Round(number, Math.Min(digits, 28), MidpointRounding.AwayFromZero));
    }
}
