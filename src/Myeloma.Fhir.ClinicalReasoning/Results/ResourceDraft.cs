using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>A resource or a part of one that is being made: JSON together with the type that says what may stand in it.</summary>
/// <remarks>Elements that the type does not have are passed over: setters say whether they could.</remarks>
internal sealed class ResourceDraft(TypeSchema type, JsonObject json)
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 1_000 };

    public TypeSchema Type => type;

    public JsonObject Json => json;

    /// <summary>An empty resource of a type.</summary>
    public static ResourceDraft Of(string resourceType) =>
        new(R4Schema.Instance.FindType(resourceType)!, new JsonObject { ["resourceType"] = resourceType });

    public bool Has(string element) => type.FindElement(element) is not null;

    /// <summary>Sets a property of that JSON name, as the only item where the element repeats.</summary>
    /// <returns>False when the type has no such property.</returns>
    public bool Set(string property, JsonNode value)
    {
        if (type.FindProperty(property) is not { } known) return false;
        json[property] = known.Element.IsArray && value is not JsonArray ? new JsonArray(value) : value;
        return true;
    }

    /// <summary>Sets the first of the properties that the type has.</summary>
    public bool SetFirst(ReadOnlySpan<string> properties, JsonNode value)
    {
        foreach (var property in properties)
            if (Set(property, value)) return true;
        return false;
    }

    /// <summary>Takes an element over, with ids and extensions of primitives, under its own or another name; of several only the first where the target has one.</summary>
    /// <returns>False when there is something and the type has no place for it: no such element, or none of that type.</returns>
    public bool Copy(Element source, string element, string? target = null)
    {
        List<Element>? values = null;
        foreach (var child in source.Children(element))
            if (!IsEmpty(child)) (values ??= []).Add(child);
        return values is null || CopyAll(values, target ?? element);
    }

    private bool CopyAll(List<Element> values, string target)
    {
        if (type.FindElement(target) is not { } element) return false;
        var name = element.IsChoice ? target + Capitalized(values[0].Type.Name) : target;
        if (type.FindProperty(name) is not { } property || !Fits(values[0].Type, property.Type)) return false;
        if (!element.IsArray)
        {
            Put(name, ValueOf(values[0]));
            Put("_" + name, CompanionOf(values[0]));
            return true;
        }

        Put(name, values.Exists(value => ValueOf(value) is not null) ? new JsonArray([.. values.Select(ValueOf)]) : null);
        Put("_" + name, values.Exists(value => CompanionOf(value) is not null) ? new JsonArray([.. values.Select(CompanionOf)]) : null);
        return true;
    }

    private void Put(string name, JsonNode? value)
    {
        if (value is not null) json[name] = value;
    }

    /// <summary>Whether a value of one type can stand where another one is expected: the same, or both text.</summary>
    private static bool Fits(TypeSchema from, TypeSchema to) =>
        from.IsA(to.Name) || (from.Kind == TypeKind.Primitive && to.Name is "string" or "markdown" && from.IsA("string")) || (from.Kind == TypeKind.Backbone && to.Kind == TypeKind.Backbone);

    private static bool IsEmpty(Element element) => element.IsPrimitive && element.RawCompanion.IsEmpty && (!element.HasValue || element.TextBytes.IsEmpty);

    /// <summary>The element's value as a node of its own; null for a primitive that has none, or an empty text, which no element may have.</summary>
    public static JsonNode? ValueOf(Element element)
    {
        if (!element.IsPrimitive) return JsonNode.Parse(element.RawValue, documentOptions: Depth);
        return string.IsNullOrEmpty(element.Text) ? null : element.Kind == Model.Json.JsonKind.String ? JsonValue.Create(element.Text) : JsonNode.Parse(element.RawValue);
    }

    private static JsonNode? CompanionOf(Element element) =>
        element.IsPrimitive && !element.RawCompanion.IsEmpty ? JsonNode.Parse(element.RawCompanion, documentOptions: Depth) : null;

    public static string Capitalized(string name) => string.Concat(char.ToUpperInvariant(name[0]).ToString(), name.AsSpan(1));

    public override string ToString() => Encoding.UTF8.GetString(SchemaOrder.ToJson(json));
}
