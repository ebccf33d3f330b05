using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath;

/// <summary>One item of a collection: an element of a resource, or a value of the System types that an expression computed.</summary>
/// <remarks>https://hl7.org/fhirpath/N1/#collections; how FHIR's primitives become System values: https://hl7.org/fhir/R4/fhirpath.html#types</remarks>
public readonly struct Item
{
    private readonly Element element;
    private readonly SystemValue? value;

    public Item(Element element)
    {
        this.element = element;
        value = null;
    }

    public Item(SystemValue value)
    {
        element = default;
        this.value = value;
    }

    /// <summary>Whether this is an element; otherwise <see cref="Value"/> holds what was computed.</summary>
    public bool IsElement => value is null;

    /// <summary>The element; meaningless (no document) when <see cref="IsElement"/> is false.</summary>
    public Element Element => element;

    /// <summary>The computed value; null for an element, also for a primitive one: see <see cref="ToSystem"/>.</summary>
    public SystemValue? Value => value;

    /// <summary>The System value this item stands for: itself, or that of a primitive element or Quantity.</summary>
    /// <returns>Null for complex elements, for primitives that have only extensions, and for text that is no value of its type.</returns>
    public SystemValue? ToSystem() => value ?? ElementValues.Find(element);

    /// <summary>The value as text: as written in the resource, or as <c>toString()</c> gives it.</summary>
    /// <returns>Null for complex elements and primitives without a value.</returns>
    public string? Text => value is null ? element.Text : value.ToString();

    /// <summary><c>FHIR.Patient</c>, <c>FHIR.code</c>, <c>System.Integer</c>.</summary>
    public string TypeName => value switch
    {
        null => "FHIR." + element.Type.Name,
        SystemValue.ReferenceTarget target => "FHIR." + target.ResourceType,
        _ => "System." + value.TypeName,
    };

    public static implicit operator Item(Element element) => new(element);

    public static implicit operator Item(SystemValue value) => new(value);

    public override string ToString() => value is null ? element.ToString() : value.ToString();
}
