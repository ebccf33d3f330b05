using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>
/// A resource in the one form two texts can be compared in, made without the code under test: compact, properties in the order of the specification, numbers
/// as written; the div as its tokens, so that quotes, references and the space before <c>/&gt;</c> make no difference.
/// </summary>
internal static class CanonicalJson
{
    public static string Of(ReadOnlySpan<byte> json, params string[] leftOut)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var text = new StringBuilder();
        Object(text, root, R4Schema.Instance.FindType(root.GetProperty("resourceType").GetString()!)!, leftOut);
        return text.ToString();
    }

    private static void Object(StringBuilder text, JsonElement element, TypeSchema type, string[] leftOut)
    {
        // ExampleScenario.instance has an element of that name, too.
        var isResource = type.Kind == TypeKind.Resource;
        text.Append('{');
        if (isResource && element.TryGetProperty("resourceType", out var named))
        {
            type = R4Schema.Instance.FindType(named.GetString()!)!;
            text.Append("\"resourceType\":\"").Append(type.Name).Append("\",");
        }

        var properties = element.EnumerateObject().Where(property => !(isResource && property.Name == "resourceType") && !leftOut.Contains(property.Name))
            .Select(property => (property.Name, property.Value, Schema: type.FindProperty(property.Name.TrimStart('_'))!))
            .OrderBy(property => type.Elements.ToList().IndexOf(property.Schema.Element)).ThenBy(property => property.Name[0] == '_');
        var separator = "";
        foreach (var (name, value, schema) in properties)
        {
            text.Append(separator).Append(JsonSerializer.Serialize(name)).Append(':');
            separator = ",";
            Value(text, value, schema.Type, name == "meta" ? ["lastUpdated", .. leftOut] : []);
        }

        text.Append('}');

        void Value(StringBuilder to, JsonElement item, TypeSchema itemType, string[] without)
        {
            if (leftOut.Length == 0) without = [];
            switch (item.ValueKind)
            {
                case JsonValueKind.Object:
                    Object(to, item, itemType, without);
                    break;
                case JsonValueKind.Array:
                    to.Append('[');
                    var comma = "";
                    foreach (var each in item.EnumerateArray())
                    {
                        to.Append(comma);
                        comma = ",";
                        Value(to, each, itemType, []);
                    }

                    to.Append(']');
                    break;
                case JsonValueKind.String:
                    var plain = item.GetString()!;
                    to.Append(JsonSerializer.Serialize(itemType.Name == "xhtml" ? Tokens(plain) : plain));
                    break;
                default:
                    to.Append(item.GetRawText());
                    break;
            }
        }
    }

    /// <summary>What an XML parser of another make finds in the text.</summary>
    private static string Tokens(string div) => System.Xml.Linq.XElement.Parse(div, System.Xml.Linq.LoadOptions.PreserveWhitespace).ToString(System.Xml.Linq.SaveOptions.DisableFormatting);
}
