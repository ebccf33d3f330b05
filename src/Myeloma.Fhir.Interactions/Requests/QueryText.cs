using System.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>Query strings and form bodies as name-value pairs. https://url.spec.whatwg.org/#application/x-www-form-urlencoded</summary>
public static class QueryText
{
    /// <summary>The pairs in their order; a name without <c>=</c> has an empty value; <c>+</c> is a space; empty pairs are passed over.</summary>
    /// <param name="query">With or without the leading question mark.</param>
    /// <exception cref="FhirException"><c>invalid</c>: a percent sign without two hex digits, bytes that are no UTF-8, or a NUL.</exception>
    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<char> query)
    {
        if (query.Length > 0 && query[0] == '?') query = query[1..];
        var pairs = new List<KeyValuePair<string, string>>();
        while (query.Length > 0)
        {
            var end = query.IndexOf('&');
            var pair = end < 0 ? query : query[..end];
            query = end < 0 ? default : query[(end + 1)..];
            if (pair.Length == 0) continue;

            var equals = pair.IndexOf('=');
            pairs.Add(equals < 0
                ? new(Decode(pair, plusIsSpace: true), "")
                : new(Decode(pair[..equals], plusIsSpace: true), Decode(pair[(equals + 1)..], plusIsSpace: true)));
        }

        return pairs;
    }

    /// <summary>Percent-decodes one path segment or query part.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a percent sign without two hex digits, bytes that are no UTF-8, or a NUL.</exception>
    public static string Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        if (text.IndexOfAny('%', '+', '\0') < 0) return text.ToString();

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%') bytes[length++] = Escape(text, ref at);
            else if (text[at] == '+' && plusIsSpace) bytes[length++] = (byte)' ';
            else
            {
                var run = text[at..].IndexOfAny('%', '+');
                var plain = run < 0 ? text[at..] : text.Slice(at, Math.Max(run, 1));
                length += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(length));
                at += plain.Length - 1;
            }
        }

        var decoded = bytes.AsSpan(0, length);
        if (!System.Text.Unicode.Utf8.IsValid(decoded)) throw Malformed(text, "its bytes are not UTF-8");
        if (decoded.Contains((byte)0)) throw Malformed(text, "it holds a NUL character");
        return Encoding.UTF8.GetString(decoded);
    }

    private static byte Escape(ReadOnlySpan<char> text, ref int at)
    {
        if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            throw Malformed(text, "a percent sign is followed by two hexadecimal digits");
        var value = byte.Parse(text.Slice(at + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
        at += 2;
        return value;
    }

    private static FhirException Malformed(ReadOnlySpan<char> text, string why) =>
        new(Issue.Invalid($"The URL part '{text[..Math.Min(text.Length, 80)]}' can't be decoded: {why}."));
}
