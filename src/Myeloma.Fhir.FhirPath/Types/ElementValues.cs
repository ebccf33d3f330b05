using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>FHIR elements as System values. https://hl7.org/fhir/R4/fhirpath.html#types</summary>
internal static class ElementValues
{
    public const string Ucum = "http://unitsofmeasure.org";

    /// <returns>Null for an element that is neither primitive nor a Quantity, that has no value, or whose text is no value of its type.</returns>
    public static SystemValue? Find(Element element)
    {
        if (!element.IsPrimitive) return element.Type.IsA("Quantity") ? Quantity(element) : null;
        if (!element.HasValue) return null;
        switch (element.Type.Name)
        {
            case "boolean":
                return element.Kind switch
                {
                    JsonKind.True => SystemValue.Boolean.True,
                    JsonKind.False => SystemValue.Boolean.False,
                    _ => null,
                };
            case "integer" or "positiveInt" or "unsignedInt":
                return int.TryParse(element.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? new SystemValue.Integer(integer) : null;
            case "decimal":
                return Number(element) is { } number ? new SystemValue.Decimal(number) : null;
            case "date":
                return PartialDateTime.TryParseDate(element.Text, out var date) ? new SystemValue.Date(date) : null;
            case "dateTime" or "instant":
                return PartialDateTime.TryParseDateTime(element.Text, out var dateTime) ? new SystemValue.DateTime(dateTime) : null;
            case "time":
                return PartialDateTime.TryParseTime(element.Text, out var time) ? new SystemValue.Time(time) : null;
            default:
                return element.Text is { } text ? new SystemValue.String(text) : null;
        }
    }

    /// <summary>Text against text, byte by byte: the commonest comparison, without making strings.</summary>
    /// <returns>Null when either is no text, or is written with escapes.</returns>
    public static bool? AreEqualTexts(Item left, Item right)
    {
        if (left.IsElement)
        {
            if (!IsPlainText(left.Element)) return null;
            if (right.IsElement) return IsPlainText(right.Element) ? left.Element.RawValue.SequenceEqual(right.Element.RawValue) : null;
            return right.Value is SystemValue.String(var text) ? IsSame(left.Element.RawValue, text) : null;
        }

        return right.IsElement && left.Value is SystemValue.String(var other) && IsPlainText(right.Element) ? IsSame(right.Element.RawValue, other) : null;
    }

    private static bool IsPlainText(Element element) =>
        element is { IsPrimitive: true, HasValue: true, Kind: JsonKind.String, IsEscaped: false } && IsText(element.Type.Name);

    /// <summary>Whether values of a primitive type are Strings; the other types are listed in <see cref="Find"/>.</summary>
    private static bool IsText(string type) =>
        type is not ("boolean" or "integer" or "positiveInt" or "unsignedInt" or "decimal" or "date" or "dateTime" or "instant" or "time");

    private static bool IsSame(ReadOnlySpan<byte> utf8, string text)
    {
        if (utf8.Length < text.Length || utf8.Length > text.Length * 3) return false;
        Span<byte> encoded = stackalloc byte[256];
        return utf8.Length <= encoded.Length && System.Text.Encoding.UTF8.TryGetBytes(text, encoded, out var length)
            ? utf8.SequenceEqual(encoded[..length])
            : System.Text.Encoding.UTF8.GetString(utf8) == text;
    }

    /// <summary>A decimal with the digits it was written with.</summary>
    private static decimal? Number(Element element) =>
        decimal.TryParse(element.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>A Quantity without a comparator: its UCUM code, a calendar word for UCUM's time units, else the unit's text.</summary>
    private static SystemValue.Quantity? Quantity(Element element)
    {
        if (element.Child("comparator") is not null || element.Child("value") is not { } value || !value.HasValue || Number(value) is not { } number) return null;
        var code = element.TextOf("code");
        if (code is null) return new SystemValue.Quantity(number, element.TextOf("unit") ?? "1");
        if (element.TextOf("system") is { } system && system != Ucum) return new SystemValue.Quantity(number, $"{{{system}|{code}}}");
        return CalendarUnits.OfUcum(code) is { } calendar ? new SystemValue.Quantity(number, calendar, true) : new SystemValue.Quantity(number, code);
    }
}
