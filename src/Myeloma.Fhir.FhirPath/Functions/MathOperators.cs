using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Math and date arithmetic, sections 6.6 and 6.7. https://hl7.org/fhirpath/N1/#math-2</summary>
/// <remarks>Empty on either side gives Empty, and so do overflow and division by zero; operands that do not fit are <c>invalid</c>.</remarks>
internal static class MathOperators
{
    /// <summary>An Integer, if there is room.</summary>
    public static Collection Integer(long value) => value is >= int.MinValue and <= int.MaxValue ? Collection.Of((int)value) : Collection.Empty;

    /// <summary><c>+</c>: numbers, Strings, quantities; a time-valued quantity to a date or time.</summary>
    public static Collection Add(Frame frame, Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) => (first, second) switch
    {
        (SystemValue.Integer(var a), SystemValue.Integer(var b)) => Integer((long)a + b),
        (SystemValue.String(var a), SystemValue.String(var b)) => Collection.Of(frame.Checked(a + b)),
        (SystemValue.Quantity a, SystemValue.Quantity b) => Collection.Of(Quantities.Add(a, b, 1), true),
        (SystemValue.Date or SystemValue.DateTime or SystemValue.Time, SystemValue.Quantity b) => Shift(first, b, 1, site),
        _ => Numeric(first, second, site, decimal.Add),
    });

    /// <summary><c>-</c>: numbers, quantities; a time-valued quantity from a date or time.</summary>
    public static Collection Subtract(Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) => (first, second) switch
    {
        (SystemValue.Integer(var a), SystemValue.Integer(var b)) => Integer((long)a - b),
        (SystemValue.Quantity a, SystemValue.Quantity b) => Collection.Of(Quantities.Add(a, b, -1), true),
        (SystemValue.Date or SystemValue.DateTime or SystemValue.Time, SystemValue.Quantity b) => Shift(first, b, -1, site),
        _ => Numeric(first, second, site, decimal.Subtract),
    });

    /// <summary><c>*</c>: numbers, quantities, a quantity and a number.</summary>
    public static Collection Multiply(Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) => (first, second) switch
    {
        (SystemValue.Integer(var a), SystemValue.Integer(var b)) => Integer((long)a * b),
        (SystemValue.Quantity a, _) when Numbers.Of(second) is { } factor => Collection.Of(a with { Value = a.Value * factor }),
        (_, SystemValue.Quantity b) when Numbers.Of(first) is { } factor => Collection.Of(b with { Value = b.Value * factor }),
        (SystemValue.Quantity a, SystemValue.Quantity b) => Collection.Of(Quantities.Multiply(a, b), true),
        _ => Numeric(first, second, site, decimal.Multiply),
    });

    /// <summary><c>/</c>: always a Decimal or Quantity.</summary>
    public static Collection Divide(Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) => (first, second) switch
    {
        (SystemValue.Quantity a, _) when Numbers.Of(second) is { } divisor => divisor == 0 ? Collection.Empty : Collection.Of(a with { Value = a.Value / divisor }),
        (SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal, SystemValue.Quantity b) =>
            Collection.Of(Quantities.Divide(Ordering.AsQuantity(first)!, b), true),
        _ => Numeric(first, second, site, (a, b) => b == 0 ? null : a / b),
    });

    /// <summary><c>div</c>: the quotient without its fraction, an Integer.</summary>
    public static Collection Div(Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) =>
    {
        var (a, b) = BothNumbers(first, second, site);
        if (b == 0) return Collection.Empty;
        var quotient = decimal.Truncate(a / b);
        return quotient is >= int.MinValue and <= int.MaxValue ? Collection.Of((int)quotient) : Collection.Empty;
    });

    /// <summary><c>mod</c>: the rest of a division without fraction, with the sign of the left side.</summary>
    public static Collection Mod(Collection left, Collection right, Site site) => Apply(left, right, site, (first, second) =>
    {
        var (a, b) = BothNumbers(first, second, site);
        if (b == 0) return Collection.Empty;
        return first is SystemValue.Integer && second is SystemValue.Integer ? Collection.Of((int)(a % b)) : Collection.Of(a % b);
    });

    /// <summary><c>&amp;</c>: Strings one after the other; Empty counts as an empty String.</summary>
    public static Collection Concatenate(Frame frame, Collection left, Collection right, Site site) =>
        Collection.Of(frame.Checked((left.SingleString(site) ?? "") + (right.SingleString(site) ?? "")));

    private static Collection Apply(Collection left, Collection right, Site site, Func<SystemValue, SystemValue, Collection> operation)
    {
        if (left.SingleValue(site) is not { } first || right.SingleValue(site) is not { } second) return Collection.Empty;
        try
        {
            return operation(first, second);
        }
        catch (OverflowException)
        {
            return Collection.Empty;
        }
    }

    private static Collection Numeric(SystemValue first, SystemValue second, Site site, Func<decimal, decimal, decimal> operation)
    {
        var (a, b) = BothNumbers(first, second, site);
        return Collection.Of(operation(a, b));
    }

    private static Collection Numeric(SystemValue first, SystemValue second, Site site, Func<decimal, decimal, decimal?> operation)
    {
        var (a, b) = BothNumbers(first, second, site);
        return operation(a, b) is { } result ? Collection.Of(result) : Collection.Empty;
    }

    /// <exception cref="FhirException"><c>invalid</c>: either is no number.</exception>
    private static (decimal Left, decimal Right) BothNumbers(SystemValue first, SystemValue second, Site site) =>
        Numbers.Of(first) is { } a && Numbers.Of(second) is { } b
            ? (a, b)
            : throw site.Fault($"{site.Name} does not work between {first.TypeName} and {second.TypeName}.");

    /// <summary>A date or time moved by a time-valued quantity. https://hl7.org/fhirpath/N1/#datetime-arithmetic</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a unit that is no time, or has no fixed length on the calendar.</exception>
    private static Collection Shift(SystemValue value, SystemValue.Quantity quantity, int sign, Site site)
    {
        if (DateArithmetic.UnitOf(quantity) is not { } unit)
            throw site.Fault($"{site.Name} can't move a {value.TypeName} by {quantity}; expected are years, months, weeks, days, hours, minutes, seconds or milliseconds.");
        var amount = sign * quantity.Value;
        switch (value)
        {
            case SystemValue.Date(var date):
                return DateArithmetic.Add(date, amount, unit) is { } day ? Collection.Of(new SystemValue.Date(day)) : Collection.Empty;
            case SystemValue.DateTime(var dateTime):
                return DateArithmetic.Add(dateTime, amount, unit) is { } instant ? Collection.Of(new SystemValue.DateTime(instant)) : Collection.Empty;
            case SystemValue.Time(var time):
                if (unit is "year" or "month" or "week" or "day") throw site.Fault($"{site.Name} can't move a Time by {quantity}; expected are hours or less.");
                return Collection.Of(new SystemValue.Time(DateArithmetic.AddToTime(time, amount, unit)));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
