namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>Dates and times with their calendar. https://hl7.org/fhir/R4/datatypes.html#dateTime</summary>
internal static class DateFormat
{
    private const string DateRule = "it is YYYY, YYYY-MM or YYYY-MM-DD, and a day of the calendar.";
    private const string TimeRule = "it is hh:mm:ss, with a fraction where wanted; 24:00 is not used.";
    private const string ZoneRule = "a time has seconds and a zone: Z, or an offset from -14:00 to +14:00.";

    public static string? Date(ReadOnlySpan<byte> text) => text.Length <= 10 && TakeDate(ref text) && text.IsEmpty ? null : DateRule;

    public static string? DateTime(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        if (!TakeDate(ref text)) return DateRule;
        if (text.IsEmpty) return null;
        return length - text.Length == 10 && TakeClock(ref text) ? null : ZoneRule;
    }

    public static string? Instant(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        if (!TakeDate(ref text) || length - text.Length != 10) return "it is a date and a time, YYYY-MM-DDThh:mm:ss and a zone.";
        return TakeClock(ref text) ? null : ZoneRule;
    }

    public static string? Time(ReadOnlySpan<byte> text) => TakeTime(ref text) && text.IsEmpty ? null : TimeRule;

    /// <summary>The longest of year, month and day.</summary>
    private static bool TakeDate(ref ReadOnlySpan<byte> text)
    {
        var year = Number(text, 0, 4);
        if (year < 1) return false;
        if (text.Length < 5 || text[4] != '-')
        {
            text = text[4..];
            return true;
        }

        var month = Number(text, 5, 2);
        if (month is < 1 or > 12) return false;
        if (text.Length < 8 || text[7] != '-')
        {
            text = text[7..];
            return true;
        }

        var day = Number(text, 8, 2);
        if (day < 1 || day > System.DateTime.DaysInMonth(year, month)) return false;
        text = text[10..];
        return true;
    }

    /// <summary>T, time and zone, and nothing after.</summary>
    private static bool TakeClock(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != 'T') return false;
        text = text[1..];
        if (!TakeTime(ref text)) return false;
        if (text.SequenceEqual("Z"u8)) return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':') return false;
        var (hours, minutes) = (Number(text, 1, 2), Number(text, 4, 2));
        return hours is >= 0 and <= 13 && minutes is >= 0 and <= 59 || hours == 14 && minutes == 0;
    }

    private static bool TakeTime(ref ReadOnlySpan<byte> text)
    {
        if (text.Length < 8 || text[2] != ':' || text[5] != ':') return false;
        var (hours, minutes, seconds) = (Number(text, 0, 2), Number(text, 3, 2), Number(text, 6, 2));
        if (hours is < 0 or > 23 || minutes is < 0 or > 59 || seconds is < 0 or > 60) return false;
        text = text[8..];
        if (!text.StartsWith("."u8)) return true;
        var end = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? text.Length - 1 : end;
        text = text[(digits + 1)..];
        return digits > 0;
    }

    /// <returns>-1 when there are not that many digits.</returns>
    private static int Number(ReadOnlySpan<byte> text, int start, int length)
    {
        if (text.Length < start + length) return -1;
        var value = 0;
        foreach (var letter in text.Slice(start, length))
        {
            if (letter is < (byte)'0' or > (byte)'9') return -1;
            value = (value * 10) + (letter - '0');
        }

        return value;
    }
}
