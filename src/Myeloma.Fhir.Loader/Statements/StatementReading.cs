using System.Globalization;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Loader.Statements;

/// <summary>Finds the statements of a resource in the making: every element that bears a <c>derivation-reference</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/json.html for the two halves of a primitive.</remarks>
internal sealed class StatementReading
{
    private readonly Draft draft;
    private readonly List<Statement> found = [];

    private StatementReading(Draft draft) => this.draft = draft;

    /// <returns>In the order of the JSON; an element before what is in it.</returns>
    public static IReadOnlyList<Statement> Of(Draft draft)
    {
        var reading = new StatementReading(draft);
        reading.Walk(draft.Json, R4Schema.Instance.FindType(draft.Type), draft.Type, draft.Type);
        return reading.found;
    }

    /// <summary>The extensions of an element that say where it was taken from.</summary>
    public static IEnumerable<JsonObject> References(JsonObject holder) =>
        holder["extension"] is JsonArray extensions ? extensions.OfType<JsonObject>().Where(IsReference) : [];

    /// <summary>Whether an extension says where its element was taken from.</summary>
    public static bool IsReference(JsonNode? extension) =>
        extension is JsonObject { } one && one["url"]?.GetValue<string>() == DerivationReference.Url;

    private void Walk(JsonObject container, TypeSchema? type, string path, string key)
    {
        foreach (var (jsonName, value) in container)
        {
            var name = jsonName[0] == '_' ? jsonName[1..] : jsonName;
            var property = type?.FindProperty(name);
            var element = property?.Element.Name ?? name;
            if (value is JsonObject single) Visit(single, new JsonPlace(container, name, -1), property?.Type, $"{path}.{element}", $"{key}.{element}");
            if (value is not JsonArray items) continue;
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i] is not JsonObject item || IsReference(item)) continue;
                var own = name == "extension" ? $"extension('{item["url"]?.GetValue<string>()}')" : element;
                Visit(item, new JsonPlace(container, name, i), property?.Type, string.Create(CultureInfo.InvariantCulture, $"{path}.{element}[{i}]"), $"{key}.{own}");
            }
        }
    }

    private void Visit(JsonObject holder, JsonPlace place, TypeSchema? type, string path, string key)
    {
        var references = References(holder).ToList();
        if (references.Count > 0) found.Add(new Statement(path, key, place, holder, [.. references.SelectMany(draft.CitedBy)]));
        Walk(holder, type, path, key);
    }
}
