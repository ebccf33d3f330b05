using System.Buffers;
using System.Buffers.Binary;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Compresses to the same bytes on every machine and with every release of the runtime, whose own compression promises neither.</summary>
/// <remarks>
/// https://www.rfc-editor.org/rfc/rfc1952 around https://www.rfc-editor.org/rfc/rfc1951 with the fixed codes of its section 3.2.6: about a quarter larger than the best, which matters
/// less than that a package can be made again and compared.
/// </remarks>
internal sealed class GzipWriting
{
    private const int Window = 32_768;
    private const int MaxLength = 258;
    private const int MinLength = 4;
    private const int HashBits = 16;

    /// <summary>Earlier places that are looked at for the longest match.</summary>
    private const int MaxChain = 48;

    private static readonly int[] LengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly int[] LengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    private static readonly uint[] Checks = MakeChecks();

    private readonly ArrayBufferWriter<byte> output = new(1 << 16);
    private uint bits;
    private int held;

    private GzipWriting()
    {
    }

    public static byte[] Compress(ReadOnlySpan<byte> content)
    {
        var writing = new GzipWriting();
        writing.output.Write((ReadOnlySpan<byte>)[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255]);
        writing.Deflate(content);
        Span<byte> end = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(end, Check(content));
        BinaryPrimitives.WriteUInt32LittleEndian(end[4..], (uint)content.Length);
        writing.output.Write(end);
        return writing.output.WrittenSpan.ToArray();
    }

    private void Deflate(ReadOnlySpan<byte> content)
    {
        // One block, the last one, of fixed codes.
        Put(0b011, 3);
        var heads = new int[1 << HashBits];
        var before = new int[Window];
        Array.Fill(heads, -1);
        for (var at = 0; at < content.Length;)
        {
            var (length, distance) = Longest(content, at, heads, before);
            if (length >= MinLength) Match(length, distance);
            else Symbol(content[at]);
            for (var end = at + Math.Max(1, length >= MinLength ? length : 1); at < end; at++) Remember(content, at, heads, before);
        }

        Symbol(256);
        if (held > 0) output.Write((ReadOnlySpan<byte>)[(byte)bits]);
    }

    private static (int Length, int Distance) Longest(ReadOnlySpan<byte> content, int at, int[] heads, int[] before)
    {
        if (at + MinLength > content.Length) return (0, 0);
        var (best, distance) = (0, 0);
        var most = Math.Min(MaxLength, content.Length - at);
        var chain = MaxChain;
        for (var from = heads[Hash(content, at)]; from >= 0 && at - from <= Window && chain-- > 0;)
        {
            var length = content.Slice(from, most).CommonPrefixLength(content.Slice(at, most));
            if (length > best)
            {
                (best, distance) = (length, at - from);
                if (length == most) break;
            }

            var earlier = before[from % Window];
            if (earlier >= from) break;
            from = earlier;
        }

        return (best, distance);
    }

    private static void Remember(ReadOnlySpan<byte> content, int at, int[] heads, int[] before)
    {
        if (at + MinLength > content.Length) return;
        var hash = Hash(content, at);
        before[at % Window] = heads[hash];
        heads[hash] = at;
    }

    private static int Hash(ReadOnlySpan<byte> content, int at) => (int)((BinaryPrimitives.ReadUInt32LittleEndian(content[at..]) * 2_654_435_761u) >> (32 - HashBits));

    private void Match(int length, int distance)
    {
        var code = LengthBase.Length - 1;
        while (LengthBase[code] > length) code--;
        Symbol(257 + code);
        Put((uint)(length - LengthBase[code]), LengthBits[code]);
        var far = DistanceBase.Length - 1;
        while (DistanceBase[far] > distance) far--;
        Put(Reversed((uint)far, 5), 5);
        Put((uint)(distance - DistanceBase[far]), Math.Max(0, (far / 2) - 1));
    }

    private void Symbol(int symbol)
    {
        var (code, length) = symbol switch
        {
            < 144 => (0x30 + symbol, 8),
            < 256 => (0x190 + symbol - 144, 9),
            < 280 => (symbol - 256, 7),
            _ => (0xC0 + symbol - 280, 8),
        };
        Put(Reversed((uint)code, length), length);
    }

    private void Put(uint value, int length)
    {
        bits |= value << held;
        held += length;
        for (; held >= 8; held -= 8, bits >>= 8)
        {
            output.GetSpan(1)[0] = (byte)bits;
            output.Advance(1);
        }
    }

    private static uint Reversed(uint code, int length)
    {
        var reversed = 0u;
        for (; length > 0; length--, code >>= 1) reversed = (reversed << 1) | (code & 1);
        return reversed;
    }

    private static uint Check(ReadOnlySpan<byte> content)
    {
        var check = uint.MaxValue;
        foreach (var value in content) check = Checks[(byte)(check ^ value)] ^ (check >> 8);
        return ~check;
    }

    private static uint[] MakeChecks()
    {
        var checks = new uint[256];
        for (var value = 0u; value < 256; value++)
        {
            var check = value;
            for (var bit = 0; bit < 8; bit++) check = (check & 1) != 0 ? 0xEDB88320 ^ (check >> 1) : check >> 1;
            checks[value] = check;
        }

        return checks;
    }
}
