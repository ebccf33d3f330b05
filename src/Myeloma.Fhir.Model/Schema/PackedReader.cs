using System.IO.Compression;
using System.Text;

namespace Myeloma.Fhir.Model.Schema;

/// <summary>Reads the packed data that Myeloma.Fhir.Model.Generator writes: varints, UTF-8 strings, a string table decoded on demand.</summary>
/// <remarks>The layout is told in <c>src/decisions/schema-data.md</c>.</remarks>
internal sealed class PackedReader
{
    /// <summary>Raised with every change of the layout; data of another version is refused.</summary>
    public const int Version = 1;

    private readonly byte[] data;
    private readonly int[] stringOffsets;
    private readonly string?[] strings;

    private PackedReader(byte[] data)
    {
        this.data = data;
        if (data.Length < 5 || !data.AsSpan(0, 4).SequenceEqual("MFR4"u8) || data[4] != Version)
            throw new InvalidOperationException($"The embedded R4 data is not of layout {Version}; run Myeloma.Fhir.Model.Generator again.");
        Position = 5;
        stringOffsets = new int[Int()];
        strings = new string?[stringOffsets.Length];
        for (var index = 0; index < stringOffsets.Length; index++)
        {
            stringOffsets[index] = Position;
            var length = Int();
            Position += length;
        }
    }

    public int Position { get; set; }

    /// <summary>Opens the embedded data of that name.</summary>
    public static PackedReader Open(string name)
    {
        using var stream = typeof(PackedReader).Assembly.GetManifestResourceStream("Myeloma.Fhir.Model.Schema.Data." + name)
            ?? throw new InvalidOperationException($"The embedded R4 data '{name}' is missing; run Myeloma.Fhir.Model.Generator.");
        return new PackedReader(Decompress(stream));
    }

    private static byte[] Decompress(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[4];
        stream.ReadExactly(prefix);
        var data = new byte[BitConverter.ToInt32(prefix)];
        using var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        brotli.ReadExactly(data);
        return data;
    }

    public byte Byte() => data[Position++];

    public bool Bool() => Byte() != 0;

    /// <summary>A count or index: seven bits a byte, lowest first.</summary>
    public int Int()
    {
        int value = 0, shift = 0;
        while (true)
        {
            var next = data[Position++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value;
            shift += 7;
        }
    }

    /// <summary>A string that stands here.</summary>
    public string Inline()
    {
        var length = Int();
        var text = Encoding.UTF8.GetString(data, Position, length);
        Position += length;
        return text;
    }

    /// <summary>A string of the table: the same object for every mention.</summary>
    public string Text() => TextAt(Int());

    /// <summary>As <see cref="Text"/>; null when there was none.</summary>
    public string? TextOrNull()
    {
        var index = Int();
        return index == 0 ? null : TextAt(index - 1);
    }

    public string[] Texts()
    {
        var count = Int();
        if (count == 0) return [];
        var list = new string[count];
        for (var index = 0; index < count; index++) list[index] = Text();
        return list;
    }

    private string TextAt(int index)
    {
        if (strings[index] is { } known) return known;
        var at = Position;
        Position = stringOffsets[index];
        var length = Int();
        var text = Encoding.UTF8.GetString(data, Position, length);
        Position = at;
        return strings[index] = text;
    }
}
