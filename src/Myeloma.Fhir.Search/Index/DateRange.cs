using System.Globalization;

namespace Myeloma.Fhir.Search.Index;

/// <summary>The instants that a date, dateTime or instant stands for, by the precision it is written with. Without a time zone it is UTC.</summary>
/// <param name="Low">The first instant, UTC.</param>
/// <param name="High">The first instant after it, UTC; <see cref="DateTimeOffset.MaxValue"/> when that is past the year 9999.</param>
/// <remarks>https://hl7.org/fhir/R4/search.html#date. Fractions of a second count up to the microsecond, which is what the store keeps.</remarks>
public readonly record struct DateRange(DateTimeOffset Low, DateTimeOffset High)
{
    private const int MicrosecondDigits = 6;

    /// <returns>Null when the text is none of <c>YYYY</c>, <c>YYYY-MM</c>, <c>YYYY-MM-DD</c>, <c>YYYY-MM-DDThh:mm</c> with optional seconds, fraction and zone.</returns>
    public static DateRange? TryParse(ReadOnlySpan<char> text)
    {
        if (!TakeNumber(ref text, 4, 1, 9999, out var year)) return null;
        if (text.IsEmpty) return Between(new DateTime(year, 1, 1), years: 1);

        if (!Take(ref text, '-') || !TakeNumber(ref text, 2, 1, 12, out var month)) return null;
        if (text.IsEmpty) return Between(new DateTime(year, month, 1), months: 1);

        if (!Take(ref text, '-') || !TakeNumber(ref text, 2, 1, DateTime.DaysInMonth(year, month), out var day)) return null;
        var date = new DateTime(year, month, day);
        if (text.IsEmpty) return Between(date, days: 1);

        return Take(ref text, 'T') ? WithTime(date, text) : null;
    }

    private static DateRange? WithTime(DateTime date, ReadOnlySpan<char> text)
    {
        if (!TakeNumber(ref text, 2, 0, 24, out var hour) || !Take(ref text, ':') || !TakeNumber(ref text, 2, 0, 59, out var minute)) return null;
        var ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        var precision = TimeSpan.TicksPerMinute;
        if (Take(ref text, ':'))
        {
            // A leap second is the first one of the next minute here, as it is for PostgreSQL.
            if (!TakeNumber(ref text, 2, 0, 60, out var second)) return null;
            ticks += second * TimeSpan.TicksPerSecond;
            precision = TimeSpan.TicksPerSecond;
            if (Take(ref text, '.') && !TakeFraction(ref text, ref ticks, ref precision)) return null;
        }

        if (hour == 24 && ticks != TimeSpan.TicksPerDay) return null;
        return TakeZone(text) is { } zone ? Shifted(date.Ticks + ticks - zone.Ticks, precision) : null;
    }

    private static DateRange Shifted(long low, long precision)
    {
        low = Math.Clamp(low, 0, DateTime.MaxValue.Ticks - precision);
        return new DateRange(new DateTimeOffset(low, TimeSpan.Zero), new DateTimeOffset(low + precision, TimeSpan.Zero));
    }

    private static DateRange Between(DateTime low, int years = 0, int months = 0, int days = 0)
    {
        var isLast = low.Year == 9999 && (years > 0 || (low.Month == 12 && (months > 0 || low.Day == 31)));
        return new DateRange(Utc(low), isLast ? DateTimeOffset.MaxValue : Utc(low.AddYears(years).AddMonths(months).AddDays(days)));
    }

    private static DateTimeOffset Utc(DateTime date) => new(date.Ticks, TimeSpan.Zero);

    private static bool TakeFraction(ref ReadOnlySpan<char> text, ref long ticks, ref long precision)
    {
        var digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++)
        {
            if (digits >= MicrosecondDigits) continue;
            precision /= 10;
            ticks += (text[digits] - '0') * precision;
        }

        text = text[digits..];
        return digits > 0;
    }

    private static TimeSpan? TakeZone(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text is "Z") return TimeSpan.Zero;
        var sign = text[0] switch { '+' => 1, '-' => -1, _ => 0 };
        text = text[1..];
        if (sign == 0 || !TakeNumber(ref text, 2, 0, 14, out var hours) || !Take(ref text, ':') || !TakeNumber(ref text, 2, 0, 59, out var minutes) || !text.IsEmpty) return null;
        return sign * new TimeSpan(hours, minutes, 0);
    }

    private static bool Take(ref ReadOnlySpan<char> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected) return false;
        text = text[1..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> text, int digits, int least, int most, out int number)
    {
        number = 0;
        if (text.Length < digits || !int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out number)) return false;
        text = text[digits..];
        return number >= least && number <= most;
    }
}
