using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>Writes a resource with its elements in the order of the specification, so that how it came about does not show in its bytes.</summary>
internal static class SchemaOrder
{
    private static readonly JsonWriterOptions Options = JsonWriting.Options with { MaxDepth = 2_000 };

    /// <returns>Compact JSON in UTF-8.</returns>
    public static byte[] ToJson(JsonObject resource)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options)) WriteObject(writer, resource, null);
        return stream.ToArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonObject json, TypeSchema? type)
    {
        if (json["resourceType"]?.GetValue<string>() is { } name) type = R4Schema.Instance.FindType(name);
        writer.WriteStartObject();
        foreach (var (property, value) in json.Where(each => each.Value is not null).OrderBy(each => PlaceOf(each.Key, type)).ThenBy(each => each.Key.StartsWith('_')))
        {
            writer.WritePropertyName(property);
            Write(writer, value!, type?.FindProperty(property.TrimStart('_')) is { } known && !property.StartsWith('_') ? known.Type : R4Schema.Instance.FindType("Element"));
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonNode value, TypeSchema? type)
    {
        switch (value)
        {
            case JsonObject json:
                WriteObject(writer, json, type);
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    if (item is null) writer.WriteNullValue();
                    else Write(writer, item, type);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static int PlaceOf(string property, TypeSchema? type)
    {
        if (property == "resourceType") return -1;
        if (type?.FindProperty(property.TrimStart('_')) is not { } known) return int.MaxValue;
        for (var place = 0; place < type.Elements.Count; place++)
            if (ReferenceEquals(type.Elements[place], known.Element)) return place;
        return int.MaxValue;
    }
}
