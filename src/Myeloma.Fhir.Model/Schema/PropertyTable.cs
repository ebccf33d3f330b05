namespace Myeloma.Fhir.Model.Schema;

/// <summary>JSON name → property without allocating: open addressing over the UTF-8 bytes.</summary>
internal sealed class PropertyTable
{
    public static readonly PropertyTable Empty = new([]);

    private readonly (byte[] Name, PropertySchema Property)[] slots;
    private readonly int mask;

    public PropertyTable(IReadOnlyCollection<PropertySchema> properties)
    {
        var size = 4;
        while (size < properties.Count * 2) size *= 2;
        slots = new (byte[], PropertySchema)[size];
        mask = size - 1;
        foreach (var property in properties)
        {
            var name = System.Text.Encoding.UTF8.GetBytes(property.JsonName);
            var slot = Hash(name) & mask;
            while (slots[slot].Name is not null) slot = (slot + 1) & mask;
            slots[slot] = (name, property);
        }

        All = [.. properties];
    }

    /// <summary>In the order of the specification.</summary>
    public IReadOnlyList<PropertySchema> All { get; }

    public PropertySchema? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(name) & mask; slots[slot].Name is { } candidate; slot = (slot + 1) & mask)
            if (name.SequenceEqual(candidate)) return slots[slot].Property;
        return null;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length * 0x9E3779B1;
        foreach (var letter in name) hash = (hash ^ letter) * 0x01000193;
        return (int)(hash ^ (hash >> 15)) & int.MaxValue;
    }
}
