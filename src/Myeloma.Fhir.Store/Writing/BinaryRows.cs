using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>Rows in the binary format of COPY, gathered in memory until somebody sends them.</summary>
/// <remarks>
/// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". Written here and not value by value through the driver: of a resource there are some twenty rows,
/// and the calls for their values took longer than PostgreSQL needs to store them.
/// </remarks>
internal sealed class BinaryRows : IDisposable
{
    /// <summary>Bytes that are worth sending.</summary>
    private const int PieceBytes = 1 << 16;

    /// <summary>What PostgreSQL counts microseconds from: 2000-01-01T00:00:00Z, in ticks.</summary>
    private const long Epoch = 630_822_816_000_000_000;

    /// <summary>Half of a surrogate pair is refused, and not replaced.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceBytes + 4096);
    private int length;
    private int arrayStart;

    /// <summary>Whether what is there should be sent before more comes.</summary>
    public bool IsFull => length >= PieceBytes;

    /// <summary>What was written since it was last empty; good until the next call.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    public void Clear() => length = 0;

    /// <summary>What comes before the first row.</summary>
    public void Begin()
    {
        "PGCOPY\n"u8.CopyTo(Take(7));
        ReadOnlySpan<byte> rest = [0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
        rest.CopyTo(Take(rest.Length));
    }

    /// <summary>What comes after the last row.</summary>
    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);

    /// <summary>Begins a row; its values follow, one a column.</summary>
    public void Row(int columns) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)columns);

    public void Null() => Length(-1);

    public void Boolean(bool value)
    {
        Length(1);
        Take(1)[0] = value ? (byte)1 : (byte)0;
    }

    public void Integer(int value)
    {
        Length(4);
        BinaryPrimitives.WriteInt32BigEndian(Take(4), value);
    }

    public void BigInteger(long value)
    {
        Length(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    }

    /// <exception cref="EncoderFallbackException">It holds half of a surrogate pair.</exception>
    public void Text(string value)
    {
        var count = Utf8.GetByteCount(value);
        Length(count);
        Utf8.GetBytes(value, Take(count));
    }

    /// <summary>A <c>bytea</c>, or any value in the form that its type receives.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Length(value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Begins an array of one dimension; its elements follow, each as a value, and then <see cref="EndArray"/>.</summary>
    /// <param name="type">The elements' type by its number.</param>
    public void BeginArray(int type, int count)
    {
        arrayStart = length;
        Length(0);
        var header = Take(count == 0 ? 12 : 20);
        BinaryPrimitives.WriteInt32BigEndian(header, count == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], 0);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], type);
        if (count == 0) return;
        BinaryPrimitives.WriteInt32BigEndian(header[12..], count);
        BinaryPrimitives.WriteInt32BigEndian(header[16..], 1);
    }

    public void EndArray() => BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(arrayStart), length - arrayStart - 4);

    /// <summary>A <c>timestamptz</c>, cut to microseconds; the ends of what .NET can hold are the infinities, as the driver has it.</summary>
    public void Instant(DateTimeOffset value) => BigInteger(
        value == DateTimeOffset.MinValue ? long.MinValue
        : value == DateTimeOffset.MaxValue ? long.MaxValue
        : (value.UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond);

    /// <summary>A <c>numeric</c> of the scale it was written with: digits to the base of ten thousand, grouped from the decimal point.</summary>
    public void Number(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0xFF;
        var rest = ((UInt128)(uint)parts[2] << 64) | ((ulong)(uint)parts[1] << 32) | (uint)parts[0];
        for (var at = scale; at % 4 != 0; at++) rest *= 10;

        Span<ushort> digits = stackalloc ushort[12];
        var first = digits.Length;
        for (; rest > 0; rest /= 10_000) digits[--first] = (ushort)(rest % 10_000);
        var weight = digits.Length - first - ((scale + 3) / 4) - 1;
        var used = digits[first..].TrimEnd((ushort)0);

        Length(8 + (2 * used.Length));
        Short(used.Length);
        Short(used.Length == 0 ? 0 : weight);
        Short(parts[3] < 0 && used.Length > 0 ? 0x4000 : 0);
        Short(scale);
        foreach (var digit in used) Short(digit);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Length(int bytes) => BinaryPrimitives.WriteInt32BigEndian(Take(4), bytes);

    private void Short(int value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)value);

    private Span<byte> Take(int bytes)
    {
        if (buffer.Length - length < bytes) Grow(bytes);
        length += bytes;
        return buffer.AsSpan(length - bytes, bytes);
    }

    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + bytes));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
