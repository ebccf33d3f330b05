using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using System.Xml;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>A document's bytes as UTF-8, whatever they came in, and the places in them.</summary>
/// <remarks>
/// The encoding is settled before the reader sees the first byte, so that a declaration can't make it switch to another.
/// https://www.w3.org/TR/xml/#sec-guessing
/// </remarks>
internal sealed class XmlSource
{
    private XmlSource(ReadOnlyMemory<byte> utf8, bool wasUtf16)
    {
        Utf8 = utf8;
        WasUtf16 = wasUtf16;
    }

    /// <summary>Without byte order mark.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    public bool WasUtf16 { get; }

    /// <exception cref="FhirException"><c>too-long</c>: more bytes than the limit; <c>structure</c>: neither UTF-8 nor UTF-16.</exception>
    public static XmlSource Open(ReadOnlyMemory<byte> bytes, ParseLimits limits)
    {
        if (bytes.Length > limits.MaxBytes)
            throw new FhirException(Issue.TooLong($"The document has {bytes.Length} bytes; at most {limits.MaxBytes} are accepted.") with { MessageId = "too-many-bytes" });

        var span = bytes.Span;
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return FromUtf16(span[2..], bigEndian: false);
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return FromUtf16(span[2..], bigEndian: true);
        if (span.StartsWith("<\0?\0"u8)) return FromUtf16(span, bigEndian: false);
        if (span.StartsWith("\0<\0?"u8)) return FromUtf16(span, bigEndian: true);

        var utf8 = span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (System.Text.Unicode.Utf8.IsValid(utf8.Span)) return new XmlSource(utf8, wasUtf16: false);

        var (line, column) = SourcePosition.Of(utf8.Span, JsonParser.FirstInvalidByte(utf8.Span));
        throw new FhirException(Issue.Structure($"The document is not valid UTF-8 here (line {line}, column {column}).", null, line, column) with { MessageId = "invalid-encoding" });
    }

    /// <summary>A reader that takes no document type, resolves nothing and keeps white space, which narratives need.</summary>
    public XmlReader Read()
    {
        var array = MemoryMarshal.TryGetArray(Utf8, out var segment) ? segment : Utf8.ToArray();
        var text = new StreamReader(new MemoryStream(array.Array!, array.Offset, array.Count, writable: false), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 4 << 10);
        return XmlReader.Create(text, Settings(ConformanceLevel.Document));
    }

    public static XmlReaderSettings Settings(ConformanceLevel level) => new()
    {
        CheckCharacters = true,
        CloseInput = true,
        ConformanceLevel = level,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    /// <summary>Whether a declared encoding is the one the bytes are in.</summary>
    public bool Agrees(string encoding) => WasUtf16
        ? encoding.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase)
        : encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || encoding.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);

    private static XmlSource FromUtf16(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
        try
        {
            return new XmlSource(Encoding.UTF8.GetBytes(encoding.GetString(bytes)), wasUtf16: true);
        }
        catch (DecoderFallbackException fault)
        {
            throw new FhirException(Issue.Structure($"The document is not valid UTF-16 at byte {fault.Index}.") with { MessageId = "invalid-encoding" });
        }
    }
}

/// <summary>Turns the reader's places (UTF-16 units) into bytes. Places asked for in the order of the document cost one pass over it.</summary>
internal struct XmlPlaces(ReadOnlyMemory<byte> utf8)
{
    private int line = 1;
    private int lineStart;
    private int unit = 1;
    private int offset;

    /// <param name="atLine">One-based; lines end with LF, CR LF or CR, as XML counts them.</param>
    /// <param name="atUnit">One-based, in UTF-16 units.</param>
    /// <returns>One-based line, and one-based column in bytes of UTF-8.</returns>
    public (int Line, int Column) Of(int atLine, int atUnit)
    {
        var bytes = utf8.Span;
        if (atLine < line || (atLine == line && atUnit < unit)) (line, lineStart, unit, offset) = (1, 0, 1, 0);
        while (line < atLine)
        {
            var end = bytes[offset..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0) break;
            offset += end + 1;
            if (bytes[offset - 1] == '\r' && offset < bytes.Length && bytes[offset] == '\n') offset++;
            (lineStart, unit) = (offset, 1);
            line++;
        }

        while (unit < atUnit && offset < bytes.Length)
        {
            var size = bytes[offset] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
            unit += size == 4 ? 2 : 1;
            offset += size;
        }

        return (line, offset - lineStart + 1);
    }
}
