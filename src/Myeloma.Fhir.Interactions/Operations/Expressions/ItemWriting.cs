using System.Text;
using System.Text.Json;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>Items of a collection as parts of Parameters: bytes that stand in a resource go out as they are.</summary>
/// <remarks>What has no <c>value[x]</c> in Parameters (inline elements, narratives, a time of unknown minutes) is JSON in an extension.</remarks>
internal static class ItemWriting
{
    private const string ResourcePathUrl = "http://fhir.forms-lab.com/StructureDefinition/resource-path";

    private static readonly TypeSchema Parameter = R4Schema.Instance.FindType("Parameters.parameter")!;

    /// <param name="name">Null: the type.</param>
    public static void WritePart(Utf8JsonWriter writer, Item item, string? name = null)
    {
        writer.WriteStartObject();
        if (item.IsElement) WriteElement(writer, item.Element, name ?? PartName(item));
        else WriteValue(writer, item.Value!, name ?? PartName(item));
        writer.WriteEndObject();
    }

    /// <summary>An element as JSON text: as it stands, a string with its quotes.</summary>
    /// <returns><c>null</c> for a primitive without a value.</returns>
    public static string Json(Element element) => element.IsPrimitive && !element.HasValue ? "null" : Encoding.UTF8.GetString(Raw(element));

    private static string PartName(Item item) => item.Value is SystemValue.String { Value: "" } ? "empty-string" : ItemType.NameOf(item);

    private static void WriteElement(Utf8JsonWriter writer, Element element, string name)
    {
        var property = element.IsResource ? null : ValueProperty(element.Type);
        writer.WriteStartArray("extension"u8);
        WriteExtension(writer, ResourcePathUrl, element.Document.ExpressionOf(element));
        if (property is null && !element.IsResource) WriteExtension(writer, FhirPathOperation.JsonValueUrl, Json(element));
        writer.WriteEndArray();
        writer.WriteString("name"u8, name);
        if (element.IsResource)
        {
            writer.WritePropertyName("resource"u8);
            writer.WriteRawValue(Raw(element), skipInputValidation: true);
        }
        else if (property is not null)
        {
            if (!element.IsPrimitive || element.HasValue)
            {
                writer.WritePropertyName(property.JsonName);
                writer.WriteRawValue(Raw(element), skipInputValidation: true);
            }

            if (element.IsPrimitive) WriteCompanion(writer, element, property.JsonName);
        }
    }

    /// <summary>Id and extensions of a primitive.</summary>
    private static void WriteCompanion(Utf8JsonWriter writer, Element element, string name)
    {
        var id = element.TextOf("id");
        var extensions = element.Children("extension").ToList();
        if (id is null && extensions.Count == 0) return;
        writer.WriteStartObject("_" + name);
        if (id is not null) writer.WriteString("id"u8, id);
        if (extensions.Count > 0)
        {
            writer.WriteStartArray("extension"u8);
            foreach (var extension in extensions) writer.WriteRawValue(Raw(extension), skipInputValidation: true);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, SystemValue value, string name)
    {
        var text = value.ToString()!;
        switch (value)
        {
            case SystemValue.String { Value: "" }:
                writer.WriteString("name"u8, name);
                break;
            case SystemValue.Boolean flag:
                writer.WriteString("name"u8, name);
                writer.WriteBoolean("valueBoolean"u8, flag.Value);
                break;
            case SystemValue.Integer or SystemValue.Decimal:
                writer.WriteString("name"u8, name);
                writer.WritePropertyName(value is SystemValue.Integer ? "valueInteger"u8 : "valueDecimal"u8);
                writer.WriteRawValue(text);
                break;
            case SystemValue.Date when IsLegal(PrimitiveKind.Date, text):
                WriteText(writer, name, "valueDate", text);
                break;
            case SystemValue.DateTime when IsLegal(PrimitiveKind.DateTime, text):
                WriteText(writer, name, "valueDateTime", text);
                break;
            case SystemValue.Time when IsLegal(PrimitiveKind.Time, text):
                WriteText(writer, name, "valueTime", text);
                break;
            case SystemValue.String when IsLegal(PrimitiveKind.String, text):
                WriteText(writer, name, "valueString", text);
                break;
            case SystemValue.Quantity quantity:
                writer.WriteString("name"u8, name);
                WriteQuantity(writer, quantity);
                break;
            default:
                writer.WriteStartArray("extension"u8);
                WriteExtension(writer, FhirPathOperation.JsonValueUrl, value is SystemValue.TypeInfo(var space, var type)
                    ? $$"""{"namespace":"{{space}}","name":"{{type}}"}"""
                    : $"\"{JsonEncodedText.Encode(text, JsonWriting.Options.Encoder)}\"");
                writer.WriteEndArray();
                writer.WriteString("name"u8, name);
                break;
        }
    }

    /// <summary>A unit of UCUM is a code; a word of the calendar is a unit only.</summary>
    private static void WriteQuantity(Utf8JsonWriter writer, SystemValue.Quantity quantity)
    {
        writer.WriteStartObject("valueQuantity"u8);
        writer.WriteNumber("value"u8, quantity.Value);
        writer.WriteString("unit"u8, quantity.Unit);
        if (!quantity.IsCalendar)
        {
            writer.WriteString("system"u8, "http://unitsofmeasure.org"u8);
            writer.WriteString("code"u8, quantity.Unit);
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string property, string text)
    {
        writer.WriteString("name"u8, name);
        writer.WriteString(property, text);
    }

    private static void WriteExtension(Utf8JsonWriter writer, string url, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteString("valueString"u8, value);
        writer.WriteEndObject();
    }

    private static bool IsLegal(PrimitiveKind kind, string text) => PrimitiveFormat.Fault(kind, Encoding.UTF8.GetBytes(text)) is null;

    /// <summary><c>valueHumanName</c> of Parameters; that of the general type for a special one.</summary>
    /// <returns>Null when Parameters can't hold the type.</returns>
    private static PropertySchema? ValueProperty(TypeSchema type)
    {
        for (var at = type; at is { IsAbstract: false }; at = at.BaseType)
            if (Parameter.FindProperty($"value{char.ToUpperInvariant(at.Name[0])}{at.Name[1..]}") is { } property) return property;
        return null;
    }

    /// <summary>The value's bytes as JSON, a string with its quotes.</summary>
    private static ReadOnlySpan<byte> Raw(Element element)
    {
        var length = element.RawValue.Length;
        return element.Document.Bytes.Span.Slice(element.SourceOffset, element.Kind == JsonKind.String ? length + 2 : length);
    }
}
