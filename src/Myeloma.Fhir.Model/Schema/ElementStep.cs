namespace Myeloma.Fhir.Model.Schema;

/// <summary>A step from a type to one of its elements, worked out once so that walking compares bytes only. Immutable, shared by threads.</summary>
public sealed class ElementStep
{
    internal ElementStep(TypeSchema type, ElementSchema element, byte[] name, PropertySchema? only)
    {
        Type = type;
        Element = element;
        Name = name;
        Only = only;
    }

    /// <summary>The type it starts from.</summary>
    public TypeSchema Type { get; }

    public ElementSchema Element { get; }

    /// <summary>The element's name in UTF-8; of a choice the beginning of its properties' names.</summary>
    internal byte[] Name { get; }

    /// <summary>The property it stands for; null for a choice.</summary>
    internal PropertySchema? Only { get; }
}
