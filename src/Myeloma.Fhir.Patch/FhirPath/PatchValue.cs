using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>The value of an operation as the JSON of the place it goes to. https://hl7.org/fhir/R4/fhirpatch.html#concept</summary>
/// <remarks>
/// A value[x] for the data types that Parameters can hold, a resource for resources, and for all others (BackboneElement, Narrative, ElementDefinition, Extension)
/// parts named after the child elements.
/// </remarks>
internal sealed class PatchValue(PatchOperation operation)
{
    /// <summary>For an element of a type: chooses the property of a choice by the type of the value.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: no value, or one of a type that the element does not take.</exception>
    public (PropertySchema Property, ElementContent Content) Read(Element part, TypeSchema owner, ElementSchema element)
    {
        if (!element.IsChoice) return Read(part, owner.FindProperty(element.Name)!);
        if (part.Child("value") is not { } value)
            throw Malformed($"'{element.Name}[x]' takes one of several types; give the value as value[x], so that the type is known.");
        var reference = element.Types.FirstOrDefault(type => type.Type.Name == value.Type.Name) ?? element.Types.FirstOrDefault(type => Fits(value.Type, type.Type))
            ?? throw Malformed($"'{element.Name}[x]' takes {string.Join(", ", element.Types.Select(type => type.Type.Name))}, not {value.Type.Name}.");
        return Read(part, owner.FindProperty(string.Concat(element.Name, reference.Type.Name[..1].ToUpperInvariant(), reference.Type.Name[1..]))!);
    }

    /// <summary>For a property whose type is fixed.</summary>
    /// <inheritdoc cref="Read(Element, TypeSchema, ElementSchema)"/>
    public (PropertySchema Property, ElementContent Content) Read(Element part, PropertySchema property)
    {
        if (part.Child("resource") is { } resource)
        {
            return property.Type.Kind == TypeKind.Resource && resource.Type.IsA(property.Type.Name)
                ? (property, new ElementContent(PartOf(resource.RawValue), null))
                : throw Malformed($"'{property.JsonName}' is {property.Type.Name}, not a resource of type {resource.Type.Name}.");
        }

        if (part.Child("value") is { } value)
        {
            return Fits(value.Type, property.Type)
                ? (property, ContentOf(value))
                : throw Malformed($"'{property.JsonName}' is {property.Type.Name}, not {value.Type.Name}.");
        }

        if (part.Child("part") is null) throw Malformed($"the value for '{property.JsonName}' has neither value[x] nor resource nor parts.");
        return property.Type.Kind is TypeKind.Complex or TypeKind.Backbone
            ? (property, new ElementContent(Object(part, property.Type), null))
            : throw Malformed($"'{property.JsonName}' is {property.Type.Name} and has no parts.");
    }

    private JsonPart Object(Element part, TypeSchema type)
    {
        var made = JsonPart.EmptyObject();
        foreach (var child in part.Children("part"))
        {
            var name = child.TextOf("name") ?? "";
            var element = type.FindElement(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name) ?? type.FindProperty(name)?.Element
                ?? throw Malformed($"{type.Name} has no element '{PatchFault.Shortened(name)}'.");
            var (property, content) = Read(child, type, element);
            var list = ElementList.Of(made, property);
            if (list.Items.Count > 0 && !element.IsArray) throw Malformed($"'{name}' of {type.Name} is given twice and does not repeat.");
            list.Items.Add(content);
            list.Store();
        }

        return made;
    }

    private static ElementContent ContentOf(Element value)
    {
        var companion = value.RawCompanion.Length == 0 ? null : PartOf(value.RawCompanion);
        return new ElementContent(value.IsPrimitive && !value.HasValue ? null : PartOf(Quoted(value)), companion);
    }

    /// <summary>Whether a value of one type may stand for another: texts for texts, dates for dates, whole numbers for numbers, a Quantity for its specialisations.</summary>
    /// <remarks>Whether the text is legal there is for the check of the result.</remarks>
    private static bool Fits(TypeSchema given, TypeSchema wanted) =>
        given.Name == wanted.Name || (given.Kind == TypeKind.Primitive
            ? Family(given.Primitive) is { } family && (family == Family(wanted.Primitive) || (family == "integer" && wanted.Primitive == PrimitiveKind.Decimal))
            : wanted.IsA(given.Name) || given.IsA(wanted.Name));

    private static string? Family(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.String or PrimitiveKind.Markdown or PrimitiveKind.Code or PrimitiveKind.Id or PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical
            or PrimitiveKind.Oid or PrimitiveKind.Uuid or PrimitiveKind.Xhtml or PrimitiveKind.Base64Binary => "text",
        PrimitiveKind.Date or PrimitiveKind.DateTime or PrimitiveKind.Instant => "time",
        PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt => "integer",
        _ => null,
    };

    private static ReadOnlySpan<byte> Quoted(Element value) =>
        value.Document.Bytes.Span.Slice(value.SourceOffset, value.RawValue.Length + (value.Kind == JsonKind.String ? 2 : 0));

    private static JsonPart PartOf(ReadOnlySpan<byte> json) => new(json.ToArray());

    private FhirException Malformed(string words) => PatchFault.Malformed(operation.Label, words, operation.Expression);
}
