using System.Buffers;
using Myeloma.Fhir.Model.Elements.Checks;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>The written forms of R4's primitive types, checked by hand without allocating. https://hl7.org/fhir/R4/datatypes.html#primitive</summary>
public static class PrimitiveFormat
{
    /// <summary>Characters of a string: https://hl7.org/fhir/R4/datatypes.html#string.</summary>
    public const int MaxStringLength = 1 << 20;

    /// <summary>Largest exponent of a decimal in either direction: what IEEE 754 doubles reach, and beyond all use.</summary>
    public const int MaxExponent = 308;

    /// <summary>Digits, sign, point and exponent of a decimal as written.</summary>
    public const int MaxDecimalLength = 400;

    private static readonly SearchValues<byte> IdLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8);
    private static readonly SearchValues<byte> Base64Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);
    private static readonly SearchValues<byte> WhiteSpaceOrControl = SearchValues.Create([.. Enumerable.Range(0, 33).Select(code => (byte)code), 0x7F]);
    private static readonly SearchValues<byte> ForbiddenControl = SearchValues.Create([.. Enumerable.Range(0, 32).Where(code => code is not (9 or 10 or 13)).Select(code => (byte)code)]);

    /// <param name="text">The value, unescaped UTF-8; a number as written.</param>
    /// <returns>What is wrong, as the end of a sentence; null when the text is a value of the type.</returns>
    public static string? Fault(PrimitiveKind kind, ReadOnlySpan<byte> text) => kind switch
    {
        PrimitiveKind.None => null,
        PrimitiveKind.Boolean => text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) ? null : "it is true or false.",
        PrimitiveKind.Integer => Integer(text, int.MinValue, "a whole number from -2147483648 to 2147483647."),
        PrimitiveKind.UnsignedInt => Integer(text, 0, "a whole number from 0 to 2147483647."),
        PrimitiveKind.PositiveInt => Integer(text, 1, "a whole number from 1 to 2147483647."),
        PrimitiveKind.Decimal => Decimal(text),
        _ when text.IsEmpty => "it is empty.",
        PrimitiveKind.Date => DateFormat.Date(text),
        PrimitiveKind.DateTime => DateFormat.DateTime(text),
        PrimitiveKind.Instant => DateFormat.Instant(text),
        PrimitiveKind.Time => DateFormat.Time(text),
        PrimitiveKind.Id => text.Length <= 64 && !text.ContainsAnyExcept(IdLetters) ? null : "it has 1 to 64 letters, digits, '-' and '.'.",
        PrimitiveKind.Oid => Oid(text) ? null : "it starts with 'urn:oid:' and has numbers with points between them, the first 0, 1 or 2.",
        PrimitiveKind.Uuid => Uuid(text) ? null : "it is 'urn:uuid:' and a UUID in lower case.",
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => text.ContainsAny(WhiteSpaceOrControl) ? "it has no white space." : null,
        PrimitiveKind.Code => Code(text) ? null : "it has no white space but single spaces between other characters.",
        PrimitiveKind.Base64Binary => Base64(text) ? null : "it is not base64.",
        PrimitiveKind.Xhtml => NarrativeFormat.Fault(text),
        _ => String(text),
    };

    private static string? Integer(ReadOnlySpan<byte> text, int min, string rule)
    {
        var digits = text.StartsWith("-"u8) ? text[1..] : text;
        if (digits.IsEmpty || digits.Length > 10 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return rule;
        if (digits[0] == '0' && text.Length > 1) return rule;
        long value = 0;
        foreach (var digit in digits) value = (value * 10) + (digit - '0');
        if (digits.Length < text.Length) value = -value;
        return value >= min && value <= int.MaxValue ? null : rule;
    }

    /// <summary>The JSON grammar has been met already, except when the text comes from elsewhere.</summary>
    private static string? Decimal(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxDecimalLength) return $"it has more than {MaxDecimalLength} characters.";
        var rest = text.StartsWith("-"u8) ? text[1..] : text;
        var whole = TakeDigits(ref rest);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0')) return "it is a number without leading zeros.";
        if (rest.StartsWith("."u8))
        {
            rest = rest[1..];
            if (TakeDigits(ref rest).IsEmpty) return "digits follow the point.";
        }

        if (rest.IsEmpty) return null;
        if (rest[0] is not ((byte)'e' or (byte)'E')) return "it is a number.";
        rest = rest[1..];
        if (rest.Length > 0 && rest[0] is (byte)'+' or (byte)'-') rest = rest[1..];
        var exponent = TakeDigits(ref rest).TrimStart((byte)'0');
        if (!rest.IsEmpty) return "it is a number.";
        var value = 0;
        foreach (var digit in exponent.Length > 4 ? "9999"u8 : exponent) value = (value * 10) + (digit - '0');
        return value <= MaxExponent ? null : $"its exponent is beyond {MaxExponent}.";
    }

    private static ReadOnlySpan<byte> TakeDigits(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }

    private static string? String(ReadOnlySpan<byte> text)
    {
        if (text.ContainsAny(ForbiddenControl)) return "it holds a control character other than tab, line feed and carriage return.";
        return text.Length > MaxStringLength && System.Text.Encoding.UTF8.GetCharCount(text) > MaxStringLength ? $"it is longer than {MaxStringLength} characters." : null;
    }

    private static bool Code(ReadOnlySpan<byte> text)
    {
        var space = text.IndexOfAny(WhiteSpaceOrControl);
        if (space < 0) return true;
        if (text[0] <= ' ' || text[^1] <= ' ') return false;
        for (; space >= 0; space = text.IndexOfAny(WhiteSpaceOrControl))
        {
            if (text[space] != ' ' || text[space + 1] == ' ') return false;
            text = text[(space + 1)..];
        }

        return true;
    }

    private static bool Oid(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("urn:oid:"u8) || text.Length < 11) return false;
        text = text[8..];
        if (text[0] is < (byte)'0' or > (byte)'2' || text[1] != '.') return false;
        text = text[1..];
        while (!text.IsEmpty)
        {
            if (text[0] != '.') return false;
            text = text[1..];
            var arc = TakeDigits(ref text);
            if (arc.IsEmpty || (arc.Length > 1 && arc[0] == '0')) return false;
        }

        return true;
    }

    private static bool Uuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 45 || !text.StartsWith("urn:uuid:"u8)) return false;
        for (var index = 0; index < 36; index++)
        {
            var letter = text[index + 9];
            var sound = index is 8 or 13 or 18 or 23 ? letter == '-' : letter is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f');
            if (!sound) return false;
        }

        return true;
    }

    /// <summary>Groups of four with padding at the end only; white space between is allowed.</summary>
    private static bool Base64(ReadOnlySpan<byte> text)
    {
        int letters = 0, padding = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAnyExcept(Base64Letters);
            var run = end < 0 ? text.Length : end;
            if (run > 0 && padding > 0) return false;
            letters += run;
            if (end < 0) break;
            if (text[end] == '=') padding++;
            else if (text[end] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) return false;
            text = text[(end + 1)..];
        }

        return padding <= 2 && letters > 0 && (letters + padding) % 4 == 0;
    }
}
