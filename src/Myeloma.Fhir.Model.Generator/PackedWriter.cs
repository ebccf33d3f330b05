using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>Writes packed data: varints and strings, the counterpart of Model's PackedReader.</summary>
internal sealed class PackedWriter
{
    /// <summary>The version that Model's PackedReader asks for.</summary>
    private const byte Version = 1;

    private readonly ArrayBufferWriter<byte> body = new();
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly List<string> table = [];

    public int Position => body.WrittenCount;

    public void Byte(byte value) => body.Write([value]);

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A count or index, not negative: seven bits a byte, lowest first.</summary>
    public void Int(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Varint(body, value);
    }

    /// <summary>A string that stands where it is written.</summary>
    public void Inline(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Int(bytes.Length);
        body.Write(bytes);
    }

    /// <summary>A string kept once in the table.</summary>
    public void Text(string text) => Int(IndexOf(text));

    public void TextOrNull(string? text) => Int(text is null ? 0 : IndexOf(text) + 1);

    public void Texts(IReadOnlyCollection<string> texts)
    {
        Int(texts.Count);
        foreach (var text in texts) Text(text);
    }

    /// <summary>Appends another writer's body; its strings must be inline ones.</summary>
    public void Append(PackedWriter other) => body.Write(other.body.WrittenSpan);

    /// <summary>The length of the plain data, then the data compressed.</summary>
    /// <returns>Bytes written.</returns>
    public long Save(string path)
    {
        var plain = new ArrayBufferWriter<byte>();
        plain.Write("MFR4"u8);
        plain.Write([Version]);
        Varint(plain, table.Count);
        foreach (var text in table)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Varint(plain, bytes.Length);
            plain.Write(bytes);
        }

        plain.Write(body.WrittenSpan);

        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes(plain.WrittenCount));
        using (var brotli = new BrotliStream(file, new BrotliCompressionOptions { Quality = 11 }, leaveOpen: true))
            brotli.Write(plain.WrittenSpan);

        return file.Length;
    }

    private int IndexOf(string text)
    {
        if (indexes.TryGetValue(text, out var index)) return index;
        indexes.Add(text, table.Count);
        table.Add(text);
        return table.Count - 1;
    }

    private static void Varint(ArrayBufferWriter<byte> buffer, int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7) buffer.Write([(byte)(rest | 0x80)]);
        buffer.Write([(byte)rest]);
    }
}
