using System.IO.Compression;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>The form in which pieces of files are kept: each compressed by itself, so that reading may begin with any of them.</summary>
internal static class PieceCompression
{
    /// <summary>Bytes from which on a piece is closed, before compression: what a statement, a row and the memory of a reader carry with ease.</summary>
    public const int PieceBytes = 1 << 20;

    public static byte[] Pack(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream((content.Length / 4) + 64);
        using (var stream = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(content);
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var plain = new MemoryStream(packed.Length * 6);
        using (var stream = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress)) stream.CopyTo(plain);
        return plain.TryGetBuffer(out var buffer) && buffer.Count == buffer.Array!.Length ? buffer.Array : plain.ToArray();
    }
}
