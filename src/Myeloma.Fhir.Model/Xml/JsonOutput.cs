using System.Buffers;
using System.Text;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>JSON in the making, with the places in the XML it comes from. The order of calls is the caller's business.</summary>
internal sealed class JsonOutput(int capacity)
{
    private static readonly SearchValues<char> EscapedLetters = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\']);
    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private readonly ByteBuffer bytes = new(capacity);
    private readonly List<SourceMark> marks = [];

    public int Length => bytes.Length;

    public void Raw(ReadOnlySpan<byte> text) => bytes.Add(text);

    /// <summary>What follows comes from there.</summary>
    public void Mark((int Line, int Unit) place) => marks.Add(new SourceMark(Length, place.Line, place.Unit));

    /// <summary><c>"name":</c>, with an underscore for id and extensions of a primitive. FHIR's names need no escapes.</summary>
    public void Name(string name, bool isCompanion)
    {
        var room = bytes.Room(name.Length + 4);
        var at = 0;
        room[at++] = (byte)'"';
        if (isCompanion) room[at++] = (byte)'_';
        at += Encoding.UTF8.GetBytes(name, room[at..]);
        room[at++] = (byte)'"';
        room[at++] = (byte)':';
        bytes.Advance(at);
    }

    /// <summary>A string, escaped only where JSON asks for it.</summary>
    public void String(ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        for (var stop = text.IndexOfAny(EscapedLetters); ; stop = text.IndexOfAny(EscapedLetters))
        {
            Plain(stop < 0 ? text : text[..stop]);
            if (stop < 0) break;
            Escape((byte)text[stop]);
            text = text[(stop + 1)..];
        }

        Raw("\""u8);
    }

    /// <inheritdoc cref="String(ReadOnlySpan{char})"/>
    public void String(ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        for (var stop = utf8.IndexOfAny(EscapedBytes); ; stop = utf8.IndexOfAny(EscapedBytes))
        {
            Raw(stop < 0 ? utf8 : utf8[..stop]);
            if (stop < 0) break;
            Escape(utf8[stop]);
            utf8 = utf8[(stop + 1)..];
        }

        Raw("\""u8);
    }

    /// <summary>Text as it stands, without quotes.</summary>
    public void Plain(ReadOnlySpan<char> text) =>
        bytes.Advance(Encoding.UTF8.GetBytes(text, bytes.Room(Encoding.UTF8.GetMaxByteCount(text.Length))));

    public void Append(JsonOutput other)
    {
        foreach (var mark in other.marks) marks.Add(mark with { Offset = mark.Offset + Length });
        bytes.Add(other.bytes.Written);
    }

    /// <summary>Takes back what stands behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        bytes.Truncate(length);
        var kept = marks.Count;
        while (kept > 0 && marks[kept - 1].Offset >= length) kept--;
        marks.RemoveRange(kept, marks.Count - kept);
    }

    public byte[] ToArray() => bytes.ToArray();

    public SourceMark[] Marks() => [.. marks];

    private void Escape(byte letter) => Raw(letter switch
    {
        (byte)'"' => "\\\""u8,
        (byte)'\\' => "\\\\"u8,
        (byte)'\n' => "\\n"u8,
        (byte)'\r' => "\\r"u8,
        (byte)'\t' => "\\t"u8,
        (byte)'\b' => "\\b"u8,
        (byte)'\f' => "\\f"u8,
        _ => Encoding.ASCII.GetBytes($"\\u{letter:x4}"),
    });
}
