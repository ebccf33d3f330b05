using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>Looking at built resources as JSON.</summary>
internal static class Resources
{
    public static JsonObject Json(this BuiltResource resource) => (JsonObject)JsonNode.Parse(resource.Json)!;

    public static IReadOnlyList<JsonObject> OfType(this LoadResult result, string type) =>
        [.. result.Resources.Where(resource => resource.Type == type).Select(Json)];

    public static JsonObject Get(this LoadResult result, string type, string id) =>
        Assert.Single(result.Resources, resource => resource.Type == type && resource.Id == id).Json();

    /// <summary>Every object in the tree, the root first.</summary>
    public static IEnumerable<JsonObject> Objects(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject element:
                yield return element;
                foreach (var inner in element.SelectMany(property => Objects(property.Value))) yield return inner;
                break;
            case JsonArray array:
                foreach (var inner in array.SelectMany(Objects)) yield return inner;
                break;
        }
    }

    public static IEnumerable<JsonObject> Array(this JsonObject element, string name) =>
        element[name] is JsonArray array ? array.OfType<JsonObject>() : [];

    public static string? Text(this JsonObject element, string name) => element[name] is JsonValue value ? value.GetValue<string>() : null;

    public static IEnumerable<JsonObject> Extensions(this JsonObject element, string name) =>
        element.Array("extension").Where(extension => extension.Text("url")!.EndsWith("/" + name, StringComparison.Ordinal) || extension.Text("url") == name);
}
