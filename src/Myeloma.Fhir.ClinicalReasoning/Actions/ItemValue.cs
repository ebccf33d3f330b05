using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>An item of an expression as the value of an element: of the element's type, or of one that stands for it.</summary>
internal static class ItemValue
{
    /// <summary>Of a choice the property for an item: <c>valueString</c> for a String.</summary>
    /// <returns>Null when the choice has none.</returns>
    public static PropertySchema? PropertyFor(TypeSchema type, ElementSchema element, Item item)
    {
        var names = item.IsElement ? [item.Element.Type.Name] : NamesOf(item.Value!);
        return names.Select(name => type.FindProperty(element.Name + ResourceDraft.Capitalized(name))).FirstOrDefault(property => property is not null);
    }

    /// <returns>Null, with the reason as the middle of a sentence, when the item is no value of that element.</returns>
    public static JsonNode? As(Item item, PropertySchema property, out string? fault)
    {
        fault = null;
        var type = property.Type;
        var value = type.Kind == TypeKind.Primitive ? Primitive(item, type) : Complex(item, type);
        if (value is null) fault = $"{Described(item)} is no {type.Name}";
        else if (value is JsonValue && property.Element.Binding is { Strength: BindingStrength.Required, Codes: { } codes } && !codes.Contains(item.Text!))
            (value, fault) = (null, $"'{item.Text}' is none of its codes");
        return value;
    }

    private static JsonNode? Primitive(Item item, TypeSchema type)
    {
        if (item is { IsElement: true, Element.IsPrimitive: false } || item.Text is not { } text || item.Value is SystemValue.Quantity) return null;
        if (PrimitiveFormat.Fault(type.Primitive, Encoding.UTF8.GetBytes(text)) is not null) return null;
        return type.Primitive is PrimitiveKind.Boolean or PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt or PrimitiveKind.Decimal
            ? JsonNode.Parse(text)
            : JsonValue.Create(text);
    }

    private static JsonNode? Complex(Item item, TypeSchema type)
    {
        if (item.IsElement && item.Element.Type.IsA(type.Name) && !item.Element.IsPrimitive) return ResourceDraft.ValueOf(item.Element);
        return type.Name switch
        {
            "CodeableConcept" when item is { IsElement: true, Element.Type.Name: "Coding" } => new JsonObject { ["coding"] = new JsonArray(ResourceDraft.ValueOf(item.Element)) },
            "CodeableConcept" or "Annotation" when TextOf(item) is { } text => new JsonObject { ["text"] = text },
            "Reference" when item is { IsElement: true, Element.IsResource: true } && item.Element.TextOf("id") is { } id => new JsonObject { ["reference"] = $"{item.Element.Type.Name}/{id}" },
            "Reference" when TextOf(item) is { } reference => new JsonObject { ["reference"] = reference },
            "Quantity" or "Duration" or "Age" or "SimpleQuantity" when item.Value is SystemValue.Quantity quantity => QuantityOf(quantity),
            _ => null,
        };
    }

    private static string? TextOf(Item item) => item.IsElement ? (item.Element.IsPrimitive ? item.Element.Text : null) : item.Value is SystemValue.String(var text) ? text : null;

    private static JsonObject QuantityOf(SystemValue.Quantity quantity)
    {
        var json = new JsonObject { ["value"] = JsonValue.Create(quantity.Value), ["unit"] = quantity.Unit };
        if (quantity.IsCalendar) return json;
        json["system"] = "http://unitsofmeasure.org";
        json["code"] = quantity.Unit;
        return json;
    }

    private static string[] NamesOf(SystemValue value) => value switch
    {
        SystemValue.Boolean => ["boolean"],
        SystemValue.Integer => ["integer", "positiveInt", "unsignedInt"],
        SystemValue.Decimal => ["decimal"],
        SystemValue.Date => ["date", "dateTime"],
        SystemValue.DateTime => ["dateTime", "instant"],
        SystemValue.Time => ["time"],
        SystemValue.Quantity => ["Quantity", "Duration", "Age"],
        _ => ["string", "markdown", "code", "uri", "canonical", "CodeableConcept"],
    };

    private static string Described(Item item) => item.Text is { Length: <= 100 } text ? $"'{text}'" : $"an item of the type {item.TypeName}";
}
