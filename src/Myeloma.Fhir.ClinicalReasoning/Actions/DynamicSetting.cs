using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Puts the items of an expression to a place in what is being made, making the elements on the way.</summary>
internal sealed class DynamicSetting(Collection items)
{
    /// <returns>Why it can't be put there, as the middle of a sentence, with nothing changed; null when it was.</returns>
    public string? Set(ResourceDraft draft, DynamicPath path)
    {
        // Tried on a copy, so that a fault in the middle of the way leaves nothing behind.
        var copy = (JsonObject)draft.Json.DeepClone();
        if (Into(copy, draft.Type, path.Steps, 0) is { } fault) return fault;
        foreach (var name in draft.Json.Select(each => each.Key).ToList()) draft.Json.Remove(name);
        foreach (var (name, value) in copy.ToList())
        {
            copy.Remove(name);
            draft.Json[name] = value;
        }

        return null;
    }

    private string? Into(JsonObject json, TypeSchema type, IReadOnlyList<(string Name, int Index)> steps, int at)
    {
        var (name, index) = steps[at];
        if (DynamicPath.Find(type, name) is not { } element) return $"a {type.Name} has no element '{name}'";
        if (index > 0 && !element.IsArray) return $"'{name}' does not repeat";
        return at == steps.Count - 1 ? Last(json, type, element, name, index) : Through(json, type, element, steps, at);
    }

    private string? Through(JsonObject json, TypeSchema type, ElementSchema element, IReadOnlyList<(string Name, int Index)> steps, int at)
    {
        var (name, index) = steps[at];
        if (PropertyOf(json, type, element, name) is not { } property) return $"'{name}' can be of several types; name one of them";
        if (property.Type.Kind == TypeKind.Primitive) return $"'{name}' has no elements of its own";
        if (!element.IsArray)
        {
            if (json[property.JsonName] is not JsonObject inside) json[property.JsonName] = inside = [];
            return Into(inside, property.Type, steps, at + 1);
        }

        if (json[property.JsonName] is not JsonArray array) json[property.JsonName] = array = [];
        var place = Math.Max(index, 0);
        if (place > array.Count) return $"'{name}' has {array.Count} items, so there is none to be the one at index {place}";
        if (place == array.Count) array.Add(new JsonObject());
        return Into((JsonObject)array[place]!, property.Type, steps, at + 1);
    }

    private string? Last(JsonObject json, TypeSchema type, ElementSchema element, string name, int index)
    {
        var property = type.FindProperty(name) ?? ItemValue.PropertyFor(type, element, items[0]);
        if (property is null) return $"'{name}' can't be of the type {items[0].TypeName}";
        if (items.Count > 1 && (!element.IsArray || index >= 0)) return $"the expression gives {items.Count} items, and there is place for one";
        var values = new List<JsonNode>();
        foreach (var item in items)
        {
            if (ItemValue.As(item, property, out var fault) is not { } value) return fault;
            values.Add(value);
        }

        if (element.IsChoice)
            foreach (var other in element.Types) json.Remove(element.Name + ResourceDraft.Capitalized(other.Type.Name));
        json.Remove("_" + property.JsonName);
        if (!element.IsArray) json[property.JsonName] = values[0];
        else if (index < 0) json[property.JsonName] = new JsonArray([.. values]);
        else return Item(json, property.JsonName, index, values[0]);
        return null;
    }

    private static string? Item(JsonObject json, string name, int index, JsonNode value)
    {
        if (json[name] is not JsonArray array) json[name] = array = [];
        if (index > array.Count) return $"'{name}' has {array.Count} items, so there is none to be the one at index {index}";
        if (index == array.Count) array.Add(value);
        else array[index] = value;
        return null;
    }

    /// <summary>Of a choice the one that is there, or the only one that can be.</summary>
    private static PropertySchema? PropertyOf(JsonObject json, TypeSchema type, ElementSchema element, string name)
    {
        if (type.FindProperty(name) is { } property) return property;
        var there = element.Types.Select(each => type.FindProperty(element.Name + ResourceDraft.Capitalized(each.Type.Name))).OfType<PropertySchema>().Where(each => json.ContainsKey(each.JsonName)).ToList();
        return there.Count == 1 ? there[0] : null;
    }
}
