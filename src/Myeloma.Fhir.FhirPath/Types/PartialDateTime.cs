using System.Globalization;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>How much of a date or time is known; seconds and their fractions count as one when compared.</summary>
public enum TemporalPrecision
{
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// <summary>A date, date with time, or time of day, known to some precision. https://hl7.org/fhirpath/N1/#datetime</summary>
/// <param name="Ticks">100 ns since 0001-01-01 of the clock it was written for, unknown parts at their least; since midnight for a time of day.</param>
/// <param name="FractionDigits">Digits of the fraction written, at most 7 kept.</param>
/// <param name="OffsetMinutes">Of the time zone; null when none was written.</param>
public readonly record struct PartialDateTime(long Ticks, TemporalPrecision Precision, int FractionDigits = 0, int? OffsetMinutes = null)
{
    public DateTime Local => new(Ticks);

    /// <summary><c>YYYY</c>, <c>YYYY-MM</c>, <c>YYYY-MM-DD</c>.</summary>
    public static bool TryParseDate(ReadOnlySpan<char> text, out PartialDateTime value)
    {
        value = default;
        var precision = text.Length switch { 4 => TemporalPrecision.Year, 7 => TemporalPrecision.Month, 10 => TemporalPrecision.Day, _ => (TemporalPrecision?)null };
        if (precision is null) return false;
        int month = 1, day = 1;
        if (!Digits(text[..4], out var year) || year == 0) return false;
        if (text.Length >= 7 && (text[4] != '-' || !Digits(text[5..7], out month) || month is 0 or > 12)) return false;
        if (text.Length == 10 && (text[7] != '-' || !Digits(text[8..10], out day) || day == 0 || day > DateTime.DaysInMonth(year, month))) return false;
        value = new PartialDateTime(new DateTime(year, month, day).Ticks, precision.Value);
        return true;
    }

    /// <summary>A date, alone or followed by <c>T</c> and nothing, a time, or a time and <c>Z</c> or <c>+hh:mm</c>.</summary>
    public static bool TryParseDateTime(ReadOnlySpan<char> text, out PartialDateTime value)
    {
        var split = text.IndexOf('T');
        if (split < 0) return TryParseDate(text, out value);
        if (!TryParseDate(text[..split], out value)) return false;
        var rest = text[(split + 1)..];
        if (rest.Length == 0) return true;
        if (value.Precision != TemporalPrecision.Day || !TryParseOffset(ref rest, out var offset) || !TryParseTime(rest, out var time)) return false;
        value = new PartialDateTime(value.Ticks + time.Ticks, time.Precision, time.FractionDigits, offset);
        return true;
    }

    /// <summary><c>hh</c>, <c>hh:mm</c>, <c>hh:mm:ss</c>, <c>hh:mm:ss.fff</c>.</summary>
    public static bool TryParseTime(ReadOnlySpan<char> text, out PartialDateTime value)
    {
        value = default;
        int minute = 0, second = 0, digits = 0;
        long fraction = 0;
        if (text.Length < 2 || !Digits(text[..2], out var hour) || hour > 23) return false;
        if (text.Length > 2 && (text.Length < 5 || text[2] != ':' || !Digits(text[3..5], out minute) || minute > 59)) return false;
        if (text.Length > 5 && (text.Length < 8 || text[5] != ':' || !Digits(text[6..8], out second) || second > 59)) return false;
        if (text.Length > 8 && (text.Length < 10 || text[8] != '.' || !Fraction(text[9..], out fraction, out digits))) return false;
        var precision = text.Length switch { 2 => TemporalPrecision.Hour, 5 => TemporalPrecision.Minute, 8 => TemporalPrecision.Second, _ => TemporalPrecision.Fraction };
        value = new PartialDateTime(new TimeSpan(hour, minute, second).Ticks + fraction, precision, digits);
        return true;
    }

    private static bool TryParseOffset(ref ReadOnlySpan<char> text, out int? offset)
    {
        offset = null;
        if (text[^1] == 'Z')
        {
            offset = 0;
            text = text[..^1];
            return true;
        }

        if (text.Length < 6 || text[^6] is not ('+' or '-')) return true;
        if (text[^3] != ':' || !Digits(text[^5..^3], out var hours) || !Digits(text[^2..], out var minutes) || hours > 14 || minutes > 59) return false;
        offset = (text[^6] == '-' ? -1 : 1) * ((hours * 60) + minutes);
        text = text[..^6];
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }

    private static bool Fraction(ReadOnlySpan<char> text, out long ticks, out int digits)
    {
        ticks = 0;
        digits = Math.Min(text.Length, 7);
        if (!Digits(text[..digits], out var value) || text[digits..].ContainsAnyExceptInRange('0', '9')) return false;
        ticks = value;
        for (var i = digits; i < 7; i++) ticks *= 10;
        return true;
    }

    internal string ToDateText() => Local.ToString(
        Precision switch { TemporalPrecision.Year => "yyyy", TemporalPrecision.Month => "yyyy-MM", _ => "yyyy-MM-dd" }, CultureInfo.InvariantCulture);

    internal string ToDateTimeText()
    {
        if (Precision <= TemporalPrecision.Day) return ToDateText();
        var offset = OffsetMinutes switch
        {
            null => "",
            0 => "Z",
            < 0 => $"-{-OffsetMinutes / 60:00}:{-OffsetMinutes % 60:00}",
            _ => $"+{OffsetMinutes / 60:00}:{OffsetMinutes % 60:00}",
        };
        return $"{Local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}T{ToTimeText()}{offset}";
    }

    internal string ToTimeText() => Local.ToString(
        Precision switch
        {
            TemporalPrecision.Hour => "HH",
            TemporalPrecision.Minute => "HH:mm",
            TemporalPrecision.Second => "HH:mm:ss",
            _ => "HH:mm:ss." + new string('f', Math.Max(1, FractionDigits)),
        },
        CultureInfo.InvariantCulture);

    /// <summary>The same instant in UTC; what has no time of day stays as written.</summary>
    /// <param name="defaultOffsetMinutes">For a time without a zone.</param>
    internal PartialDateTime ToUtc(int defaultOffsetMinutes)
    {
        if (Precision < TemporalPrecision.Hour) return this;
        var ticks = Ticks - ((OffsetMinutes ?? defaultOffsetMinutes) * TimeSpan.TicksPerMinute);
        return this with { Ticks = Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), OffsetMinutes = 0 };
    }

    /// <summary>Part by part, as far as both are known. https://hl7.org/fhirpath/N1/#comparison</summary>
    /// <returns>Below, equal (0) or above; null when one is known more precisely and the known parts are equal.</returns>
    internal static int? Compare(PartialDateTime left, PartialDateTime right)
    {
        var first = Rank(left.Precision);
        var second = Rank(right.Precision);
        var common = first < second ? first : second;
        var order = left.Truncated(common).CompareTo(right.Truncated(common));
        return order != 0 ? order : first == second ? 0 : null;
    }

    private static TemporalPrecision Rank(TemporalPrecision precision) => precision == TemporalPrecision.Fraction ? TemporalPrecision.Second : precision;

    private long Truncated(TemporalPrecision precision) => precision switch
    {
        TemporalPrecision.Year => Local.Year,
        TemporalPrecision.Month => (Local.Year * 12L) + Local.Month,
        TemporalPrecision.Day => Ticks / TimeSpan.TicksPerDay,
        TemporalPrecision.Hour => Ticks / TimeSpan.TicksPerHour,
        TemporalPrecision.Minute => Ticks / TimeSpan.TicksPerMinute,
        _ => Ticks,
    };
}
