using System.Globalization;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Statements;

namespace Myeloma.Fhir.Loader.Review;

/// <summary>Paths in the JSON of an element: property names and indexes, <c>coding[0].display</c>.</summary>
internal static class JsonPath
{
    /// <returns>The place of the value; null when the path leads to none that is there.</returns>
    public static JsonPlace? Find(JsonObject element, string path)
    {
        JsonNode? at = element;
        JsonPlace? place = null;
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? step : step[..bracket];
            var index = -1;
            if (bracket >= 0 && (!step.EndsWith(']') || !int.TryParse(step.AsSpan(bracket + 1, step.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out index))) return null;
            if (at is not JsonObject container || !container.TryGetPropertyValue(name, out var value)) return null;
            if (index < 0 != value is not JsonArray || value is JsonArray items && index >= items.Count) return null;
            place = new JsonPlace(container, name, index);
            at = place.Value;
        }

        return place;
    }
}
