using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Precision and boundaries of values, of the later edition. https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time</summary>
internal static class BoundaryFunctions
{
    private const int DefaultDecimalDigits = 8;
    private const int MaxDecimalDigits = 28;
    private const int EarliestZoneMinutes = 14 * 60;
    private const int LatestZoneMinutes = -12 * 60;

    /// <summary>How many digits stand for each precision: <c>@2014-01-01</c> has 8; a fraction counts three.</summary>
    private static readonly int[] DateDigits = [4, 6, 8, 10, 12, 14, 17];

    public static readonly FunctionEntry[] Entries =
    [
        new("lowBoundary", 0, 1, (input, arguments) => Boundary(input, arguments, isHigh: false)),
        new("highBoundary", 0, 1, (input, arguments) => Boundary(input, arguments, isHigh: true)),
        new("precision", 0, 0, Precision),
        new("comparable", 1, 1, Comparable),
    ];

    /// <summary>The least or greatest value that the input, as precise as it was written, may stand for, to so many digits.</summary>
    /// <returns>Empty for a precision that the type does not have.</returns>
    private static Collection Boundary(Collection input, Arguments arguments, bool isHigh)
    {
        if (input.SingleValue(arguments.Site) is not { } value) return Collection.Empty;
        var digits = arguments.Integer(0);
        return value switch
        {
            SystemValue.Integer(var integer) => Number(integer, digits, isHigh) is { } bound ? Collection.Of(bound) : Collection.Empty,
            SystemValue.Decimal(var number) => Number(number, digits, isHigh) is { } bound ? Collection.Of(bound) : Collection.Empty,
            SystemValue.Quantity quantity => Number(quantity.Value, digits, isHigh) is { } bound ? Collection.Of(quantity with { Value = bound }) : Collection.Empty,
            SystemValue.Date(var date) => Fill(date, DateDigits, digits ?? 8, isHigh) is { Precision: <= TemporalPrecision.Day } bound
                ? Collection.Of(new SystemValue.Date(bound)) : Collection.Empty,
            SystemValue.DateTime(var dateTime) => Fill(dateTime, DateDigits, digits ?? 17, isHigh) is { } bound
                ? Collection.Of(new SystemValue.DateTime(WithZone(bound, isHigh))) : Collection.Empty,
            SystemValue.Time(var time) => Fill(time, [0, 0, 0, 2, 4, 6, 9], digits ?? 9, isHigh) is { } bound
                ? Collection.Of(new SystemValue.Time(bound)) : Collection.Empty,
            _ => throw arguments.Site.Expected("a number, date, time or Quantity", input),
        };
    }

    /// <summary>Half a unit of the last written digit below or above, cut to the digits asked for, outwards.</summary>
    private static decimal? Number(decimal value, int? precision, bool isHigh)
    {
        var digits = precision ?? DefaultDecimalDigits;
        if (digits is < 0 or > MaxDecimalDigits) return null;
        try
        {
            var half = new decimal(5, 0, 0, false, (byte)Math.Min(MaxDecimalDigits, value.Scale + 1));
            var bound = isHigh ? value + half : value - half;
            var rounded = decimal.Round(bound, digits, isHigh ? MidpointRounding.ToPositiveInfinity : MidpointRounding.ToNegativeInfinity);
            return WithScale(rounded, digits);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The same number written with so many digits after the point, as far as there is room.</summary>
    private static decimal WithScale(decimal value, int digits) => value + new decimal(0, 0, 0, false, (byte)digits);

    /// <summary>The value at another precision: cut off, or the missing parts at their least or greatest.</summary>
    private static PartialDateTime? Fill(PartialDateTime value, int[] digitsOf, int digits, bool isHigh)
    {
        var index = Array.LastIndexOf(digitsOf, digits);
        if (index < 0 || digits == 0) return null;
        var precision = (TemporalPrecision)index;
        var ticks = isHigh ? Last(value) : value.Ticks;
        return new PartialDateTime(ticks, precision, precision == TemporalPrecision.Fraction ? 3 : 0, value.OffsetMinutes);
    }

    /// <summary>The last millisecond that the value may stand for.</summary>
    private static long Last(PartialDateTime value)
    {
        var start = value.Ticks;
        var next = value.Precision switch
        {
            TemporalPrecision.Year => start + (TimeSpan.TicksPerDay * (DateTime.IsLeapYear(value.Local.Year) ? 366 : 365)),
            TemporalPrecision.Month => start + (TimeSpan.TicksPerDay * DateTime.DaysInMonth(value.Local.Year, value.Local.Month)),
            TemporalPrecision.Day => start + TimeSpan.TicksPerDay,
            TemporalPrecision.Hour => start + TimeSpan.TicksPerHour,
            TemporalPrecision.Minute => start + TimeSpan.TicksPerMinute,
            TemporalPrecision.Second => start + TimeSpan.TicksPerSecond,
            _ => start + TimeSpan.TicksPerMillisecond,
        };
        return next - TimeSpan.TicksPerMillisecond;
    }

    /// <summary>A time without a zone may be of the earliest or latest zone there is.</summary>
    private static PartialDateTime WithZone(PartialDateTime value, bool isHigh) =>
        value.OffsetMinutes is not null || value.Precision < TemporalPrecision.Hour ? value : value with { OffsetMinutes = isHigh ? LatestZoneMinutes : EarliestZoneMinutes };

    /// <summary><c>precision()</c>: digits after the point of a number, digits of a date or time.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a value of another type.</exception>
    private static Collection Precision(Collection input, Arguments arguments) => input.SingleValue(arguments.Site) switch
    {
        null => Collection.Empty,
        SystemValue.Integer => Collection.Of(0),
        SystemValue.Decimal(var number) => Collection.Of(Numbers.Scale(number)),
        SystemValue.Date(var date) => Collection.Of(DateDigits[(int)date.Precision]),
        SystemValue.DateTime(var dateTime) => Collection.Of(DateDigits[(int)dateTime.Precision]),
        SystemValue.Time(var time) => Collection.Of(DateDigits[(int)time.Precision] - 8),
        _ => throw arguments.Site.Expected("a number, date or time", input),
    };

    /// <summary><c>comparable(quantity)</c>: whether the units of the two are of one dimension.</summary>
    private static Collection Comparable(Collection input, Arguments arguments)
    {
        var other = arguments.Collection(0);
        if (input.SingleValue(arguments.Site) is not { } first || other.SingleValue(arguments.Site) is not { } second) return Collection.Empty;
        return Ordering.AsQuantity(first) is { } left && Ordering.AsQuantity(second) is { } right
            ? Collection.Of(Quantities.AreComparable(left, right))
            : throw arguments.Site.Expected("quantities", input);
    }
}
