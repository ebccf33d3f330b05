using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>One element of a resource: a view into the bytes, made on demand and free to copy.</summary>
/// <remarks>
/// A primitive joins its value and its <c>_name</c> companion: <see cref="HasValue"/> tells whether there is a value, its children are id and extensions.
/// https://hl7.org/fhir/R4/json.html#primitive
/// </remarks>
public readonly struct Element : IEquatable<Element>
{
    private readonly int value;
    private readonly int companion;

    internal Element(ResourceDocument document, int value, int companion, PropertySchema? property, TypeSchema type)
    {
        Document = document;
        this.value = value;
        this.companion = companion;
        Property = property;
        Type = type;
    }

    public ResourceDocument Document { get; }

    /// <summary>The property it stands in; null for the root.</summary>
    public PropertySchema? Property { get; }

    /// <summary>Its type: of a choice the one chosen, of a contained resource the one it names, <c>Patient.contact</c> for inline ones.</summary>
    public TypeSchema Type { get; }

    /// <summary>The element's name, <c>value</c> for <c>value[x]</c>; the resource type for the root.</summary>
    public string Name => Property?.Element.Name ?? Type.Name;

    public bool IsPrimitive => Type.Kind == TypeKind.Primitive;
    public bool IsResource => Type.Kind == TypeKind.Resource;

    /// <summary>Whether a JSON string, number or boolean stands here (null and a mere companion do not count).</summary>
    public bool HasValue => value >= 0 && Kind is JsonKind.String or JsonKind.Number or JsonKind.True or JsonKind.False;

    /// <summary>What stands in the JSON; <see cref="JsonKind.Null"/> when only the companion is there.</summary>
    public JsonKind Kind => value >= 0 ? Document.Nodes[value].Kind : JsonKind.Null;

    /// <summary>The node that stands for this element: its value, or else its companion.</summary>
    internal int Node => value >= 0 ? value : companion;

    internal int ValueNode => value;
    internal int CompanionNode => companion;

    /// <summary>Byte offset in the source of the value or, without one, of the companion.</summary>
    public int SourceOffset
    {
        get
        {
            ref var node = ref Document.Nodes[Node];
            return node.Kind == JsonKind.String ? node.Start - 1 : node.Start;
        }
    }

    /// <summary>The value as written: without quotes and still escaped for a string; a number or boolean as it stands; a whole object for a complex element.</summary>
    /// <returns>Empty when there is no value.</returns>
    public ReadOnlySpan<byte> RawValue
    {
        get
        {
            if (value < 0) return default;
            ref var node = ref Document.Nodes[value];
            return Document.Bytes.Span[node.Start..node.End];
        }
    }

    /// <summary>The <c>_name</c> object of a primitive as written: its id and extensions.</summary>
    /// <returns>Empty when there is none.</returns>
    public ReadOnlySpan<byte> RawCompanion
    {
        get
        {
            if (companion < 0) return default;
            ref var node = ref Document.Nodes[companion];
            return Document.Bytes.Span[node.Start..node.End];
        }
    }

    /// <summary>Whether <see cref="RawValue"/> of a string holds escapes.</summary>
    public bool IsEscaped => value >= 0 && Document.Nodes[value].Escaped;

    /// <summary>The value as text: a string unescaped, a number with the digits it was written with, true or false.</summary>
    /// <returns>Null when there is no value.</returns>
    public string? Text
    {
        get
        {
            if (!HasValue) return null;
            return System.Text.Encoding.UTF8.GetString(TextBytes);
        }
    }

    /// <summary>The value's bytes unescaped, for comparing and hashing without a string.</summary>
    /// <returns>A slice of the document, or a new array when the string held escapes; empty without a value.</returns>
    public ReadOnlySpan<byte> TextBytes
    {
        get
        {
            if (!HasValue) return default;
            var raw = RawValue;
            if (!IsEscaped) return raw;
            var plain = new byte[raw.Length];
            return plain.AsSpan(0, JsonText.Unescape(raw, plain));
        }
    }

    /// <summary>All children in the order of the document: a primitive's are id and extensions. Unknown properties are passed over.</summary>
    public ElementEnumerable Children() => new(this, null);

    /// <summary>The children of that element name (<c>value</c> for <c>value[x]</c>), in order.</summary>
    public ElementEnumerable Children(string name) => Type.FindStep(name) is { } step ? new(this, step) : default;

    /// <summary>The children a step leads to, in order.</summary>
    /// <param name="step">Of <see cref="Type"/>; one of another type leads to nothing that can be relied on.</param>
    public ElementEnumerable Children(ElementStep step) => new(this, step);

    /// <summary>The first child of that element name.</summary>
    /// <returns>Null when there is none.</returns>
    public Element? Child(string name)
    {
        foreach (var child in Children(name)) return child;
        return null;
    }

    /// <summary>The text of the first child of that name: <c>element.TextOf("url")</c>.</summary>
    /// <returns>Null when there is none or it has no value.</returns>
    public string? TextOf(string name) => Child(name)?.Text;

    public bool Equals(Element other) => ReferenceEquals(Document, other.Document) && value == other.value && companion == other.companion;

    public override bool Equals(object? obj) => obj is Element other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Document, value, companion);

    public static bool operator ==(Element left, Element right) => left.Equals(right);

    public static bool operator !=(Element left, Element right) => !left.Equals(right);

    public override string ToString() => $"{Name}: {(IsPrimitive ? Text : Type.Name)}";
}
