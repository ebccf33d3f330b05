using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>Whether an item is of a named type. https://hl7.org/fhirpath/N1/#types</summary>
internal sealed class TypeMatch(TypeSpecifier type)
{
    private readonly bool fhir = type.Namespace is null or "FHIR";
    private readonly bool system = type.Namespace is null or "System";

    /// <summary><c>is</c>: the type or one that specialises it; a code is a string.</summary>
    public bool Is(Item item)
    {
        if (item.IsElement) return fhir && item.Element.Type.IsA(type.Name);
        return item.Value is SystemValue.ReferenceTarget target
            ? IsResource(target.ResourceType)
            : system && item.Value!.TypeName == type.Name;
    }

    /// <summary>As <see cref="Is"/>, of a resource that only its type is known of.</summary>
    public bool IsResource(ReadOnlySpan<char> resourceType) => fhir && (resourceType.SequenceEqual(type.Name) || type.Name is "Resource" or "DomainResource");

    /// <summary>
    /// <c>as</c>, <c>ofType</c>: as <see cref="Is"/>, but a primitive must be of exactly that type: the FHIR suite has <c>code.ofType(string)</c> empty.
    /// </summary>
    public bool Selects(Item item)
    {
        if (item.IsElement && item.Element.Type.Kind == TypeKind.Primitive) return fhir && item.Element.Type.Name == type.Name;
        return Is(item);
    }
}
