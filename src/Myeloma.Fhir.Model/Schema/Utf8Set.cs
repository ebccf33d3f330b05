using System.Text;

namespace Myeloma.Fhir.Model.Schema;

/// <summary>A fixed set of strings, asked for by their UTF-8 bytes without allocating.</summary>
internal sealed class Utf8Set
{
    private readonly byte[]?[] slots;
    private readonly int mask;

    public Utf8Set(IEnumerable<string> texts)
    {
        var distinct = texts.Distinct(StringComparer.Ordinal).ToList();
        var size = 4;
        while (size < distinct.Count * 2) size *= 2;
        slots = new byte[size][];
        mask = size - 1;
        foreach (var text in distinct)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var slot = Hash(bytes) & mask;
            while (slots[slot] is not null) slot = (slot + 1) & mask;
            slots[slot] = bytes;
        }
    }

    public bool Contains(ReadOnlySpan<byte> text)
    {
        for (var slot = Hash(text) & mask; slots[slot] is { } candidate; slot = (slot + 1) & mask)
            if (text.SequenceEqual(candidate)) return true;
        return false;
    }

    /// <summary>FNV-1a, its high bits folded down.</summary>
    public static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = (uint)text.Length * 0x9E3779B1;
        foreach (var letter in text) hash = (hash ^ letter) * 0x01000193;
        return (int)(hash ^ (hash >> 15)) & int.MaxValue;
    }
}
