namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>Adding a time-valued quantity to a date or time. https://hl7.org/fhirpath/N1/#datetime-arithmetic</summary>
internal static class DateArithmetic
{
    /// <summary>The calendar word a quantity counts: its own, or that of a UCUM unit of definite length.</summary>
    /// <returns>Null for other units, UCUM's <c>a</c> and <c>mo</c> among them: their length is not that of the calendar.</returns>
    public static string? UnitOf(SystemValue.Quantity quantity)
    {
        if (quantity.IsCalendar) return quantity.Unit;
        return quantity.Unit is "a" or "mo" ? null : CalendarUnits.OfUcum(quantity.Unit);
    }

    /// <param name="unit">As <see cref="UnitOf"/> gives it.</param>
    /// <returns>Of the same precision; null when it leaves the years 1 to 9999.</returns>
    public static PartialDateTime? Add(PartialDateTime value, decimal amount, string unit)
    {
        try
        {
            return AddChecked(value, amount, unit);
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private static PartialDateTime AddChecked(PartialDateTime value, decimal amount, string unit)
    {
        // Above seconds the calendar counts whole units.
        if (unit is not ("second" or "millisecond")) amount = decimal.Truncate(amount);
        if (unit is "year" or "month")
        {
            var months = unit == "year" ? amount * 12 : amount;
            if (value.Precision == TemporalPrecision.Year) months = decimal.Truncate(months / 12) * 12;
            return value with { Ticks = value.Local.AddMonths((int)months).Ticks };
        }

        return value.Precision switch
        {
            // A partial date counts whole units of its own precision: 365 days to a year, 30 to a month.
            TemporalPrecision.Year => value with { Ticks = value.Local.AddYears((int)decimal.Truncate(Days(amount, unit) / 365)).Ticks },
            TemporalPrecision.Month => value with { Ticks = value.Local.AddMonths((int)decimal.Truncate(Days(amount, unit) / 30)).Ticks },
            _ => value with { Ticks = value.Local.AddTicks(Whole(Ticks(amount, unit), value.Precision)).Ticks },
        };
    }

    /// <summary>A time of day goes round at midnight.</summary>
    public static PartialDateTime AddToTime(PartialDateTime value, decimal amount, string unit)
    {
        if (unit is not ("second" or "millisecond")) amount = decimal.Truncate(amount);
        var ticks = (value.Ticks + Whole(Ticks(amount % 1_000_000_000_000, unit), value.Precision)) % TimeSpan.TicksPerDay;
        return value with { Ticks = ticks < 0 ? ticks + TimeSpan.TicksPerDay : ticks };
    }

    private static decimal Days(decimal amount, string unit) => (decimal)Ticks(amount, unit) / TimeSpan.TicksPerDay;

    private static long Ticks(decimal amount, string unit) => (long)(amount * unit switch
    {
        "week" => 7 * TimeSpan.TicksPerDay,
        "day" => TimeSpan.TicksPerDay,
        "hour" => TimeSpan.TicksPerHour,
        "minute" => TimeSpan.TicksPerMinute,
        "second" => TimeSpan.TicksPerSecond,
        _ => TimeSpan.TicksPerMillisecond,
    });

    private static long Whole(long ticks, TemporalPrecision precision)
    {
        var unit = precision switch
        {
            TemporalPrecision.Day => TimeSpan.TicksPerDay,
            TemporalPrecision.Hour => TimeSpan.TicksPerHour,
            TemporalPrecision.Minute => TimeSpan.TicksPerMinute,
            TemporalPrecision.Second => TimeSpan.TicksPerSecond,
            _ => 1,
        };
        return ticks / unit * unit;
    }
}
