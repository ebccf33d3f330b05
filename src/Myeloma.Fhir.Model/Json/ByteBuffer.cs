namespace Myeloma.Fhir.Model.Json;

/// <summary>Bytes that grow at their end.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private byte[] bytes = new byte[Math.Max(capacity, 16)];

    public int Length { get; private set; }

    public void Add(ReadOnlySpan<byte> more)
    {
        Reserve(more.Length);
        more.CopyTo(bytes.AsSpan(Length));
        Length += more.Length;
    }

    public void Add(byte one, int times)
    {
        Reserve(times);
        bytes.AsSpan(Length, times).Fill(one);
        Length += times;
    }

    /// <summary>Space behind the end, at least <paramref name="size"/> bytes; what is written there counts after <see cref="Advance"/>.</summary>
    public Span<byte> Room(int size)
    {
        Reserve(size);
        return bytes.AsSpan(Length);
    }

    public void Advance(int size) => Length += size;

    /// <summary>Drops what stands behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>What was written; valid until more is.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public byte[] ToArray() => bytes.AsSpan(0, Length).ToArray();

    private void Reserve(int more)
    {
        if (bytes.Length - Length < more) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + more));
    }
}
