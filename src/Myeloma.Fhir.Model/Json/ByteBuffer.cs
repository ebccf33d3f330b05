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

    public byte[] ToArray() => bytes.AsSpan(0, Length).ToArray();

    private void Reserve(int more)
    {
        if (bytes.Length - Length < more) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + more));
    }
}
