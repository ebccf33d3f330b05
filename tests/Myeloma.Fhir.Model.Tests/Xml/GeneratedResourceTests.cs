using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>Resources of any type with any of their properties and any text: what is written as XML reads as the same.</summary>
public sealed class GeneratedResourceTests
{
    private static readonly string[] Letters =
        ["a", "Z", " ", "  ", "\t", "\n", "\r", "\r\n", "<", ">", "&", "\"", "'", "\\", "/", "]]>", "<!--", "&amp;", "&#10;", "é", "\u00A0", "\u0085", "\u2028", "\u4E2D", "\U0001F9EC", "\uFFFD", "{", "}"];

    private static readonly string[] Decimals = ["0", "-0", "1.0", "1.50", "-3.14159265358979323846264338327950288", "1e3", "1E-7", "0.000", "12345678901234567890.123"];

    private static Gen<(string Type, int Seed, string Text)> Cases() =>
        from type in Gen.Elements(R4Schema.Instance.ResourceTypes.ToArray())
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from letters in Gen.NonEmptyListOf(Gen.Elements(Letters))
        select (type, seed, string.Concat(letters));

    [Fact]
    public void A_generated_resource_comes_back_from_XML_as_it_was() => Prop.ForAll(Cases().ToArbitrary(), generated =>
    {
        var json = Json(generated.Type, new Random(generated.Seed), generated.Text);

        var back = XmlReading.ToJson(XmlWriting.ToXml(ResourceDocument.Parse(json), pretty: generated.Seed % 2 == 0));

        Assert.Equal(CanonicalJson.Of(json), CanonicalJson.Of(back));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_500).WithReplay(20261121, 3));

    private static byte[] Json(string type, Random random, string text)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) Object(writer, R4Schema.Instance.FindType(type)!, random, text, 4);
        return stream.ToArray();
    }

    private static void Object(Utf8JsonWriter writer, TypeSchema type, Random random, string text, int levels)
    {
        writer.WriteStartObject();
        if (type.Kind == TypeKind.Resource) writer.WriteString("resourceType", type.Name);
        var written = 0;
        foreach (var element in type.Elements)
        {
            // Something always stands in an object: XML has no element without anything in it.
            var isLast = element == type.Elements[^1] && written == 0 && type.Kind != TypeKind.Resource;
            if (!isLast && random.Next(4) != 0) continue;
            var property = PropertyOf(type, element, random);
            if (property.Type.Kind == TypeKind.Primitive) Primitive(writer, type, property, random, text);
            else if (levels > 0 || isLast) Complex(writer, property, random, text, levels - 1);
            else continue;
            written++;
        }

        if (written == 0 && type.Kind != TypeKind.Resource) writer.WriteString("id", "x");
        writer.WriteEndObject();
    }

    private static PropertySchema PropertyOf(TypeSchema type, ElementSchema element, Random random)
    {
        if (!element.IsChoice) return type.FindProperty(element.Name)!;
        var chosen = element.Types[random.Next(element.Types.Count)].Type.Name;
        return type.FindProperty(element.Name + char.ToUpperInvariant(chosen[0]) + chosen[1..])!;
    }

    private static void Complex(Utf8JsonWriter writer, PropertySchema property, Random random, string text, int levels)
    {
        writer.WritePropertyName(property.JsonName);
        var count = property.Element.IsArray ? random.Next(1, 3) : 1;
        if (property.Element.IsArray) writer.WriteStartArray();
        for (; count > 0; count--)
        {
            var type = property.Type is { Kind: TypeKind.Resource, IsAbstract: true } ? R4Schema.Instance.FindType("Basic")! : property.Type;
            Object(writer, type, random, text, levels);
        }

        if (property.Element.IsArray) writer.WriteEndArray();
    }

    private static void Primitive(Utf8JsonWriter writer, TypeSchema owner, PropertySchema property, Random random, string text)
    {
        var isAttribute = owner.Kind != TypeKind.Resource && (property.Element.Name == "id" || (owner.Name == "Extension" && property.Element.Name == "url"));
        var hasCompanion = !isAttribute && property.Type.Primitive != PrimitiveKind.Xhtml && random.Next(3) == 0;
        writer.WritePropertyName(property.JsonName);
        if (!property.Element.IsArray)
        {
            Value(writer, property, random, text);
            if (hasCompanion) Companion(writer, property, random, text);
            return;
        }

        writer.WriteStartArray();
        Value(writer, property, random, text);
        if (hasCompanion) writer.WriteNullValue();
        writer.WriteEndArray();
        if (!hasCompanion) return;
        writer.WritePropertyName("_" + property.JsonName);
        writer.WriteStartArray();
        writer.WriteNullValue();
        Id(writer, random);
        writer.WriteEndArray();
    }

    private static void Companion(Utf8JsonWriter writer, PropertySchema property, Random random, string text)
    {
        writer.WritePropertyName("_" + property.JsonName);
        if (random.Next(2) == 0)
        {
            Id(writer, random);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("extension");
        writer.WriteStartObject();
        writer.WriteString("url", "http://example.org/x");
        writer.WriteString("valueString", text);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Id(Utf8JsonWriter writer, Random random)
    {
        writer.WriteStartObject();
        writer.WriteString("id", $"i{random.Next(100)}");
        writer.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter writer, PropertySchema property, Random random, string text)
    {
        switch (property.Type.Primitive)
        {
            case PrimitiveKind.Boolean: writer.WriteBooleanValue(random.Next(2) == 0); break;
            case PrimitiveKind.Integer: writer.WriteNumberValue(random.Next(-1_000_000, 1_000_000)); break;
            case PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt: writer.WriteNumberValue(random.Next(1, int.MaxValue)); break;
            case PrimitiveKind.Decimal: writer.WriteRawValue(Decimals[random.Next(Decimals.Length)]); break;
            case PrimitiveKind.Xhtml: writer.WriteStringValue("<div xmlns=\"http://www.w3.org/1999/xhtml\">\u00E4 <b>&amp;</b><br/> </div>"); break;
            default: writer.WriteStringValue(text); break;
        }
    }
}
