using System.Buffers;
using System.Text;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>Characters as XML writes them. https://www.w3.org/TR/xml-c14n11/#ProcessingModel</summary>
internal static class XmlText
{
    private static readonly SearchValues<byte> InText = SearchValues.Create("&<>\r"u8);
    private static readonly SearchValues<byte> InAttribute = SearchValues.Create("&<\"\t\n\r"u8);
    private static readonly SearchValues<byte> MayBeForbidden = SearchValues.Create([.. Enumerable.Range(0, 32).Where(code => code is not (9 or 10 or 13)).Select(code => (byte)code), 0xEF]);

    /// <summary>Between tags.</summary>
    public static void Text(ByteBuffer output, ReadOnlySpan<byte> utf8) => Escaped(output, utf8, InText);

    /// <summary>Between double quotes. Line ends and tabs are references, for readers make spaces of them otherwise.</summary>
    public static void Attribute(ByteBuffer output, ReadOnlySpan<byte> utf8) => Escaped(output, utf8, InAttribute);

    /// <inheritdoc cref="Text(ByteBuffer, ReadOnlySpan{byte})"/>
    public static void Text(ByteBuffer output, string text) => Encoded(output, text, InText);

    /// <inheritdoc cref="Attribute(ByteBuffer, ReadOnlySpan{byte})"/>
    public static void Attribute(ByteBuffer output, string text) => Encoded(output, text, InAttribute);

    /// <summary>As it stands.</summary>
    public static void Plain(ByteBuffer output, string text) =>
        output.Advance(Encoding.UTF8.GetBytes(text, output.Room(Encoding.UTF8.GetMaxByteCount(text.Length))));

    /// <summary>The first character that XML 1.0 can't hold, not even as a reference. https://www.w3.org/TR/xml/#charsets</summary>
    /// <returns>Its code point; -1 when there is none.</returns>
    public static int FirstForbidden(ReadOnlySpan<byte> utf8)
    {
        for (var at = utf8.IndexOfAny(MayBeForbidden); at >= 0; at = utf8.IndexOfAny(MayBeForbidden))
        {
            if (utf8[at] != 0xEF) return utf8[at];

            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            if (at + 2 < utf8.Length && utf8[at + 1] == 0xBF && utf8[at + 2] >= 0xBE) return 0xFF00 | (utf8[at + 2] + 0x40);
            utf8 = utf8[(at + 1)..];
        }

        return -1;
    }

    private static void Encoded(ByteBuffer output, string text, SearchValues<byte> special)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            Escaped(output, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), special);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Escaped(ByteBuffer output, ReadOnlySpan<byte> utf8, SearchValues<byte> special)
    {
        for (var stop = utf8.IndexOfAny(special); stop >= 0; stop = utf8.IndexOfAny(special))
        {
            output.Add(utf8[..stop]);
            output.Add(utf8[stop] switch
            {
                (byte)'&' => "&amp;"u8,
                (byte)'<' => "&lt;"u8,
                (byte)'>' => "&gt;"u8,
                (byte)'"' => "&quot;"u8,
                (byte)'\t' => "&#9;"u8,
                (byte)'\n' => "&#10;"u8,
                _ => "&#13;"u8,
            });
            utf8 = utf8[(stop + 1)..];
        }

        output.Add(utf8);
    }
}
