using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>What a statement says: the JSON of its element, without its sources, and without elements in it that are statements of their own.</summary>
public static class StatementElement
{
    /// <summary>The element of a statement.</summary>
    /// <returns>Null when the resource has none there that names a source.</returns>
    public static Element? Find(ResourceDocument resource, string path)
    {
        foreach (var stated in StatedElements.Of(resource))
            if (stated.Path == path) return stated.Element;
        return null;
    }

    /// <returns>Of a primitive its value, of others an object; where a statement of its own is taken out of a list, null holds its place, so that the indexes of the others stay.</returns>
    public static JsonNode? Json(Element element)
    {
        if (element.IsPrimitive) return element.HasValue ? JsonNode.Parse(element.RawValue is var raw && element.Kind == Model.Json.JsonKind.String ? [(byte)'"', .. raw, (byte)'"'] : raw) : null;
        var json = JsonNode.Parse(element.RawValue);
        Strip(json);
        return json;
    }

    /// <summary>As text, without needless escapes.</summary>
    public static string Text(JsonNode? json)
    {
        if (json is null) return "";
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) json.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Its primitive parts, by their paths in the JSON; of a primitive the one with the empty path.</summary>
    public static IEnumerable<(string Path, JsonValue Value)> Leaves(JsonNode? json, string path = "")
    {
        switch (json)
        {
            case JsonValue value:
                yield return (path, value);
                break;
            case JsonObject element:
                foreach (var (name, part) in element)
                foreach (var leaf in Leaves(part, path.Length == 0 ? name : $"{path}.{name}")) yield return leaf;
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                foreach (var leaf in Leaves(items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"))) yield return leaf;
                break;
        }
    }

    /// <summary>Whether a correction fits the element: a part that is there, and a value of the same kind.</summary>
    /// <returns>What is wrong; null when it fits.</returns>
    public static Issue? Fault(JsonNode? element, StatementCorrection correction, string? expression)
    {
        var part = correction.Path.Length == 0 ? element : At(element, correction.Path);
        if (part is null)
            return Issue.Invalid($"'{correction.Path}' is no part of the element: it has {string.Join(", ", Leaves(element).Select(leaf => leaf.Path.Length == 0 ? "a value only, which is corrected without a path" : leaf.Path).Take(20))}.", expression);
        return part.GetValueKind() == correction.Value.GetValueKind() || (IsBoolean(part) && IsBoolean(correction.Value)) ? null
            : Issue.Invalid($"'{correction.Path}' is {Kind(part)}; the correction gives {Kind(correction.Value)}.", expression);
    }

    private static bool IsBoolean(JsonNode node) => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static string Kind(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "a list",
        _ => "a group of parts",
    };

    private static JsonNode? At(JsonNode? element, string path)
    {
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            if (element is not JsonObject container || !container.TryGetPropertyValue(bracket < 0 ? step : step[..bracket], out element)) return null;
            if (bracket < 0) continue;
            if (element is not JsonArray items || !int.TryParse(step[(bracket + 1)..].TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= items.Count) return null;
            element = items[index];
        }

        return element is JsonArray ? null : element;
    }

    private static void Strip(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject element:
                foreach (var (name, value) in element.ToList())
                {
                    if (IsStatement(value))
                    {
                        element.Remove(name);
                        if (name[0] == '_') element.Remove(name[1..]);
                        continue;
                    }

                    Strip(value);
                    if (value is JsonArray { Count: 0 } || (name[0] == '_' && value is JsonObject { Count: 0 })) element.Remove(name);
                }

                break;
            case JsonArray items:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    if (UrlOf(items[i]) is StatedElements.DerivationReference or StatedElements.Correction) items.RemoveAt(i);
                    else if (!IsStatement(items[i])) Strip(items[i]);
                    else if (i == items.Count - 1) items.RemoveAt(i);
                    else items[i] = null;
                }

                break;
        }
    }

    /// <summary>Whether an element names sources of its own: it is another statement then, decided about by itself.</summary>
    private static bool IsStatement(JsonNode? node) =>
        node is JsonObject element && element["extension"] is JsonArray extensions && extensions.Any(extension => UrlOf(extension) == StatedElements.DerivationReference);

    private static string? UrlOf(JsonNode? extension) => extension is JsonObject element && element["url"] is JsonValue url && url.TryGetValue<string>(out var text) ? text : null;
}
