using System.Runtime.InteropServices;
using System.Text;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>Writes the arrays of a form as they lie in memory, little-endian, each behind its length.</summary>
internal sealed class FormWriter(Stream stream) : IDisposable
{
    private readonly BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);

    public void Write(int value) => writer.Write(value);

    /// <param name="value">Null is kept apart from an empty text.</param>
    public void Write(string? value)
    {
        writer.Write(value is not null);
        if (value is not null) writer.Write(value);
    }

    public void Write<T>(ReadOnlySpan<T> items) where T : unmanaged
    {
        writer.Write(items.Length);
        writer.Write(MemoryMarshal.AsBytes(items));
    }

    public void Dispose() => writer.Dispose();
}

/// <summary>Reads what <see cref="FormWriter"/> wrote.</summary>
internal sealed class FormReader(Stream stream) : IDisposable
{
    private readonly BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);

    public int ReadInteger() => reader.ReadInt32();

    public string? ReadText() => reader.ReadBoolean() ? reader.ReadString() : null;

    /// <exception cref="EndOfStreamException">The form ends too early.</exception>
    public T[] Read<T>() where T : unmanaged
    {
        var items = GC.AllocateUninitializedArray<T>(reader.ReadInt32());
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(items.AsSpan()));
        return items;
    }

    public void Dispose() => reader.Dispose();
}
