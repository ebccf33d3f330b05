using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>Writes a resource with its elements in the order of the specification, so that how it came about does not show in its bytes.</summary>
internal static class SchemaOrder
{
    private static readonly TypeSchema? AnyElement = R4Schema.Instance.FindType("Element");

    private static readonly ConditionalWeakTable<TypeSchema, Dictionary<string, Place>> Places = [];

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
        var places = type is null ? null : Places.GetValue(type, PlacesOf);
        var properties = new List<(int Order, string Name, JsonNode Value, TypeSchema? Type)>(json.Count);
        foreach (var (property, value) in json)
        {
            if (value is null) continue;
            var isCompanion = property[0] == '_';
            var place = places?.GetValueOrDefault(isCompanion ? property[1..] : property);

            // The companion of a primitive comes behind it, and is an Element whatever the primitive is.
            var order = property == "resourceType" ? -1 : place is null ? int.MaxValue : (2 * place.Index) + (isCompanion ? 1 : 0);
            properties.Add((order, property, value, place is not null && !isCompanion ? place.Type : AnyElement));
        }

        properties.Sort(static (one, other) => one.Order.CompareTo(other.Order) is not 0 and var order ? order : string.CompareOrdinal(one.Name, other.Name));
        writer.WriteStartObject();
        foreach (var (_, property, value, valueType) in properties)
        {
            writer.WritePropertyName(property);
            Write(writer, value, valueType);
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

    private static Dictionary<string, Place> PlacesOf(TypeSchema type)
    {
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        for (var index = 0; index < type.Elements.Count; index++)
        {
            var element = type.Elements[index];
            foreach (var name in element.IsChoice ? element.Types.Select(each => element.Name + ResourceDraft.Capitalized(each.Type.Name)) : [element.Name])
                if (type.FindProperty(name) is { } property) places[name] = new Place(index, property.Type);
        }

        return places;
    }

    /// <param name="Index">Of the element in the specification's order.</param>
    private sealed record Place(int Index, TypeSchema Type);
}
