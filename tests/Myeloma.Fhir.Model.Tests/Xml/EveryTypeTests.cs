using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>Every property of every resource type and data type, there and back: values, ids, extensions, items without value, nested resources.</summary>
public sealed class EveryTypeTests
{
    private const int Levels = 4;

    public static TheoryData<string> ResourceTypes() => [.. R4Schema.Instance.ResourceTypes];

    [Theory]
    [MemberData(nameof(ResourceTypes))]
    public void A_resource_with_every_property_comes_back_from_XML_byte_for_byte(string name)
    {
        var type = R4Schema.Instance.FindType(name)!;
        foreach (var choice in Enumerable.Range(0, type.Elements.Max(element => element.Types.Count)))
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) Object(writer, type, choice, Levels);
            var json = Encoding.UTF8.GetString(stream.ToArray());

            Assert.Equal(json, Encoding.UTF8.GetString(XmlReading.ToJson(XmlWriting.ToXml(ResourceDocument.Parse(stream.ToArray())))));
        }
    }

    private static void Object(Utf8JsonWriter writer, TypeSchema type, int choice, int levels)
    {
        writer.WriteStartObject();
        if (type.Kind == TypeKind.Resource) writer.WriteString("resourceType", type.Name);
        foreach (var element in type.Elements)
        {
            var property = type.FindProperty(element.IsChoice ? ChoiceName(element, choice) : element.Name)!;
            var isAttribute = type.Kind != TypeKind.Resource && (element.Name == "id" || (type.Name == "Extension" && element.Name == "url"));
            if (property.Type.Kind == TypeKind.Primitive) Primitive(writer, property, isAttribute, levels);
            else if (levels > 0) Complex(writer, property, choice, levels - 1);
        }

        writer.WriteEndObject();
    }

    private static string ChoiceName(ElementSchema element, int choice)
    {
        var type = element.Types[choice % element.Types.Count].Type.Name;
        return element.Name + char.ToUpperInvariant(type[0]) + type[1..];
    }

    private static void Complex(Utf8JsonWriter writer, PropertySchema property, int choice, int levels)
    {
        writer.WritePropertyName(property.JsonName);
        if (property.Element.IsArray) writer.WriteStartArray();
        for (var item = property.Element.IsArray ? 2 : 1; item > 0; item--)
        {
            if (property.Type is { Kind: TypeKind.Resource, IsAbstract: true }) Object(writer, R4Schema.Instance.FindType("Basic")!, choice, Math.Min(levels, 1));
            else Object(writer, property.Type, choice, item == 1 ? levels : 0);
        }

        if (property.Element.IsArray) writer.WriteEndArray();
    }

    private static void Primitive(Utf8JsonWriter writer, PropertySchema property, bool isAttribute, int levels)
    {
        var value = property.Type.Primitive switch
        {
            PrimitiveKind.Boolean => "true",
            PrimitiveKind.Integer => "-7",
            PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt => "12",
            PrimitiveKind.Decimal => "1.500",
            PrimitiveKind.Xhtml => "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">\u00e4 <b>&amp;</b><br/></div>\"",
            _ => "\" \u00e4<&>\\\"\\n'\\\\ \"",
        };
        var companion = $"{{\"id\":\"i\",\"extension\":[{{\"url\":\"u\",\"{(levels % 2 == 0 ? "valueDecimal\":1.0" : "_valueDate\":{\"id\":\"d\"}")}}}]}}";
        writer.WritePropertyName(property.JsonName);
        if (!property.Element.IsArray)
        {
            writer.WriteRawValue(value, skipInputValidation: true);
            if (isAttribute || property.Type.Primitive == PrimitiveKind.Xhtml) return;
            writer.WritePropertyName("_" + property.JsonName);
            writer.WriteRawValue(companion);
            return;
        }

        writer.WriteRawValue($"[{value},null,{value}]", skipInputValidation: true);
        writer.WritePropertyName("_" + property.JsonName);
        writer.WriteRawValue($"[null,{companion},{companion}]");
    }
}
