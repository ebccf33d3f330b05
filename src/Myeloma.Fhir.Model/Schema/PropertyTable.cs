using System.Collections.Concurrent;
using System.Text;

namespace Myeloma.Fhir.Model.Schema;

/// <summary>JSON name → property without allocating: open addressing over the UTF-8 bytes.</summary>
internal sealed class PropertyTable
{
    /// <summary>A name is one string and one byte array, however many types have a property of it.</summary>
    private static readonly ConcurrentDictionary<string, (string Text, byte[] Utf8)> Names = new(StringComparer.Ordinal);

    private readonly (byte[] Name, PropertySchema Property)[] slots;
    private readonly int mask;
    private readonly Dictionary<string, ElementStep> steps;

    private PropertyTable(TypeSchema type, IReadOnlyList<PropertySchema> properties)
    {
        All = properties;
        var only = properties.Where(property => !property.Element.IsChoice).ToDictionary(property => property.JsonName, StringComparer.Ordinal);
        steps = type.Elements.ToDictionary(
            element => element.Name,
            element => new ElementStep(type, element, Names[Interned(element.Name)].Utf8, only.GetValueOrDefault(element.Name)),
            StringComparer.Ordinal);
        var size = 4;
        while (size < properties.Count * 2) size *= 2;
        slots = new (byte[], PropertySchema)[size];
        mask = size - 1;
        foreach (var property in properties)
        {
            var name = Names[property.JsonName].Utf8;
            var slot = Utf8Set.Hash(name) & mask;
            while (slots[slot].Name is not null) slot = (slot + 1) & mask;
            slots[slot] = (name, property);
        }
    }

    /// <summary>In the order of the specification, the types of a choice one after another.</summary>
    public IReadOnlyList<PropertySchema> All { get; }

    public static PropertyTable Of(TypeSchema type)
    {
        var properties = new List<PropertySchema>();
        foreach (var element in type.Elements)
        {
            if (!element.IsChoice)
            {
                properties.Add(new PropertySchema(Interned(element.Name), element, element.Types[0]));
                continue;
            }

            foreach (var reference in element.Types)
                properties.Add(new PropertySchema(Interned(ChoiceName(element.Name, reference.Type.Name)), element, reference));
        }

        return new PropertyTable(type, properties);
    }

    public PropertySchema? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Utf8Set.Hash(name) & mask; slots[slot].Name is { } candidate; slot = (slot + 1) & mask)
            if (name.SequenceEqual(candidate)) return slots[slot].Property;
        return null;
    }

    public ElementStep? FindStep(string name) => steps.GetValueOrDefault(name);

    /// <summary><c>valueQuantity</c>, <c>valueString</c>.</summary>
    private static string ChoiceName(string name, string type) => string.Concat(name, type[..1].ToUpperInvariant(), type[1..]);

    private static string Interned(string name) => Names.GetOrAdd(name, text => (text, Encoding.UTF8.GetBytes(text))).Text;
}
