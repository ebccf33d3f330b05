using System.Globalization;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>From one System type to another; null where the specification has no conversion. https://hl7.org/fhirpath/N1/#conversion</summary>
internal static class Conversions
{
    public static SystemValue? ToBoolean(SystemValue value) => value switch
    {
        SystemValue.Boolean => value,
        SystemValue.Integer(1) or SystemValue.Decimal(1m) => SystemValue.Boolean.True,
        SystemValue.Integer(0) or SystemValue.Decimal(0m) => SystemValue.Boolean.False,
        SystemValue.String(var text) => text.ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "1" or "1.0" => SystemValue.Boolean.True,
            "false" or "f" or "no" or "n" or "0" or "0.0" => SystemValue.Boolean.False,
            _ => null,
        },
        _ => null,
    };

    public static SystemValue? ToInteger(SystemValue value) => value switch
    {
        SystemValue.Integer => value,
        SystemValue.Boolean { Value: var flag } => new SystemValue.Integer(flag ? 1 : 0),
        SystemValue.String(var text) when IsNumber(text, false)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => new SystemValue.Integer(integer),
        _ => null,
    };

    public static SystemValue? ToDecimal(SystemValue value) => value switch
    {
        SystemValue.Decimal => value,
        SystemValue.Integer(var integer) => new SystemValue.Decimal(integer),
        SystemValue.Boolean { Value: var flag } => new SystemValue.Decimal(flag ? 1.0m : 0.0m),
        SystemValue.String(var text) when Number(text) is { } number => new SystemValue.Decimal(number),
        _ => null,
    };

    public static SystemValue? ToDate(SystemValue value) => value switch
    {
        SystemValue.Date => value,
        SystemValue.DateTime(var dateTime) => new SystemValue.Date(DateOf(dateTime)),
        SystemValue.String(var text) when PartialDateTime.TryParseDate(text, out var date) => new SystemValue.Date(date),
        SystemValue.String(var text) when PartialDateTime.TryParseDateTime(text, out var dateTime) => new SystemValue.Date(DateOf(dateTime)),
        _ => null,
    };

    private static PartialDateTime DateOf(PartialDateTime dateTime) => dateTime.Precision <= TemporalPrecision.Day
        ? dateTime
        : new PartialDateTime(dateTime.Ticks - (dateTime.Ticks % TimeSpan.TicksPerDay), TemporalPrecision.Day);

    public static SystemValue? ToDateTime(SystemValue value) => value switch
    {
        SystemValue.DateTime => value,
        SystemValue.Date(var date) => new SystemValue.DateTime(date),
        SystemValue.String(var text) when PartialDateTime.TryParseDateTime(text, out var dateTime) => new SystemValue.DateTime(dateTime),
        _ => null,
    };

    public static SystemValue? ToTime(SystemValue value) => value switch
    {
        SystemValue.Time => value,
        SystemValue.String(var text) when PartialDateTime.TryParseTime(text.StartsWith('T') ? text[1..] : text, out var time) => new SystemValue.Time(time),
        _ => null,
    };

    public static SystemValue.Quantity? ToQuantity(SystemValue value) => value switch
    {
        SystemValue.Quantity quantity => quantity,
        SystemValue.Integer or SystemValue.Decimal => Ordering.AsQuantity(value),
        SystemValue.Boolean { Value: var flag } => new SystemValue.Quantity(flag ? 1.0m : 0.0m, "1"),
        SystemValue.String(var text) => ParseQuantity(text),
        _ => null,
    };

    public static SystemValue? ToText(SystemValue value) => value switch
    {
        SystemValue.String => value,
        SystemValue.TypeInfo or SystemValue.ReferenceTarget => null,
        _ => new SystemValue.String(value.ToString()),
    };

    /// <summary>A number, then nothing, a calendar word, or a UCUM code in quotes.</summary>
    private static SystemValue.Quantity? ParseQuantity(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-')) end++;
        if (Number(text[..end]) is not { } value) return null;
        var unit = text[end..].TrimStart();
        if (unit.Length == 0) return unit.Length == text.Length - end ? new SystemValue.Quantity(value, "1") : null;
        if (unit.Length > 2 && unit[0] == '\'' && unit.IndexOf('\'', 1) == unit.Length - 1) return new SystemValue.Quantity(value, unit[1..^1]);
        return CalendarUnits.Find(unit) is { } calendar ? new SystemValue.Quantity(value, calendar, true) : null;
    }

    private static decimal? Number(string text) =>
        IsNumber(text, true) && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary><c>(\+|-)?\d+(\.\d+)?</c></summary>
    private static bool IsNumber(string text, bool allowFraction)
    {
        var rest = text.AsSpan();
        if (rest.Length > 0 && rest[0] is '+' or '-') rest = rest[1..];
        var point = rest.IndexOf('.');
        if (point < 0) return AreDigits(rest);
        return allowFraction && AreDigits(rest[..point]) && AreDigits(rest[(point + 1)..]);
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
}
