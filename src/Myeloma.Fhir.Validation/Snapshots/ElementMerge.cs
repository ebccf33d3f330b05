using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>What an element of a differential says, put onto what the base says. https://hl7.org/fhir/R4/elementdefinition.html#interpretation</summary>
/// <param name="url">Canonical of the profile, the source of the constraints it adds.</param>
/// <param name="expression">Where the element stands.</param>
internal sealed class ElementMerge(R4Schema schema, SnapshotNode node, string url, string expression)
{
    private static readonly string[] Strengths = ["example", "preferred", "extensible", "required"];
    private static readonly string[] Choices = ["fixed", "pattern", "defaultValue", "minValue", "maxValue"];

    private readonly JsonObject definition = node.Definition;
    private readonly List<Issue> issues = [];

    /// <returns>What the base does not allow.</returns>
    public IReadOnlyList<Issue> Apply(JsonObject element)
    {
        // A new element of a specialization has nothing to be held against.
        var isAdded = definition["min"] is null;
        if (!isAdded) CheckCardinality(element);
        foreach (var (name, value) in element)
        {
            if (value is null) continue;
            switch (name)
            {
                case "id" or "path" or "base" or "_path" or "_id":
                    break;
                case "slicing" when node.SliceName is not null && element["sliceName"] is not null && node.Slices.Count == 0 && !IsReSliced(element):
                    break;
                case "slicing":
                    Overlay(name, (JsonObject)value);
                    break;
                case "type":
                    MergeTypes((JsonArray)value, isAdded);
                    break;
                case "binding":
                    MergeBinding((JsonObject)value);
                    break;
                case "constraint":
                    MergeConstraints((JsonArray)value);
                    break;
                case "mapping":
                    Append(name, (JsonArray)value, each => $"{(string?)each["identity"]}|{(string?)each["map"]}");
                    break;
                case "extension":
                    Append(name, (JsonArray)value, each => each.ToJsonString());
                    break;
                case "alias" or "condition":
                    Append(name, (JsonArray)value, each => each.ToJsonString());
                    break;
                default:
                    Replace(name, value);
                    break;
            }
        }

        if (isAdded) Complete();
        return issues;
    }

    /// <summary>A slice that is said to be sliced again, as the discriminators of its own tell.</summary>
    private static bool IsReSliced(JsonObject element) => element["slicing"]?["discriminator"] is JsonArray { Count: > 0 };

    private void CheckCardinality(JsonObject element)
    {
        var min = element["min"] is JsonValue written && written.TryGetValue<int>(out var number) ? number : node.Min;
        var max = element["max"] is { } text ? Cardinality.Max((string?)text) : node.Max;
        if (min < node.Min)
            Report(Issue.BusinessRule($"min is {min}, the base asks for {node.Min}; a profile may only ask for more.", $"{expression}.min"));

        // A slice of more entries than there may be at all is no contradiction: it is never full.
        var allowed = node.IsNewSlice ? Cardinality.Max((string?)definition["base"]?["max"]) : node.Max;
        if (max > allowed)
            Report(Issue.BusinessRule($"max is {(string?)element["max"]}, the base allows {node.Text("max")}; a profile may only allow less.", $"{expression}.max"));
        if (min > max)
            Report(Issue.BusinessRule($"min is {min}, which is more than max, {max}; nothing can meet both.", $"{expression}.min"));
    }

    private void MergeTypes(JsonArray types, bool isAdded)
    {
        var allowed = node.Types.ToList();
        var merged = new JsonArray();
        var index = 0;
        foreach (var type in types.OfType<JsonObject>())
        {
            var at = $"{expression}.type[{index++}].code";
            var code = TypeCode.Of(type);
            var known = allowed.Find(each => TypeCode.Of(each) == code);
            if (!isAdded && allowed.Count > 0 && known is null && !allowed.Exists(each => IsA(code, TypeCode.Of(each))))
            {
                Report(Issue.BusinessRule($"The type '{code}' is none of those of the base: {string.Join(", ", node.TypeCodes.Distinct())}.", at));
                continue;
            }

            var next = (JsonObject)type.DeepClone();
            if (known is not null)
            {
                // A type that is merely named again keeps what the base says of it.
                foreach (var name in new[] { "profile", "targetProfile", "aggregation", "versioning" })
                    if (next[name] is null && known[name] is { } inherited) next[name] = inherited.DeepClone();
            }

            merged.Add(next);
        }

        if (merged.Count > 0) definition["type"] = merged;
    }

    private bool IsA(string? code, string? allowed) =>
        allowed is "*" || code is not null && allowed is not null && schema.FindType(code) is { } type && type.IsA(allowed);

    private void MergeBinding(JsonObject binding)
    {
        if (definition["binding"] is JsonObject before && Rank(binding) is var rank && rank >= 0 && rank < Rank(before))
        {
            Report(Issue.BusinessRule(
                $"The binding is {(string?)binding["strength"]}, that of the base {(string?)before["strength"]}; a profile may only make it stronger.", $"{expression}.binding.strength"));
        }

        Overlay("binding", binding);
    }

    private static int Rank(JsonObject binding) => Array.IndexOf(Strengths, (string?)binding["strength"]);

    private void MergeConstraints(JsonArray constraints)
    {
        var merged = definition["constraint"] as JsonArray;
        if (merged is null) definition["constraint"] = merged = [];
        foreach (var constraint in constraints.OfType<JsonObject>())
        {
            var next = (JsonObject)constraint.DeepClone();
            if (next["source"] is null && url.Length > 0) next["source"] = url;
            var known = merged.OfType<JsonObject>().FirstOrDefault(each => (string?)each["key"] == (string?)next["key"]);
            if (known is null) merged.Add(next);
            else merged[merged.IndexOf(known)] = next;
        }
    }

    /// <summary>An object whose parts replace those of the base one by one.</summary>
    private void Overlay(string name, JsonObject parts)
    {
        if (definition[name] is not JsonObject target)
        {
            definition[name] = parts.DeepClone();
            return;
        }

        foreach (var (part, value) in parts) target[part] = value?.DeepClone();
    }

    private void Append(string name, JsonArray items, Func<JsonNode, string> key)
    {
        var target = definition[name] as JsonArray;
        if (target is null) definition[name] = target = [];
        foreach (var item in items)
            if (item is not null && !target.Any(known => known is not null && key(known) == key(item))) target.Add(item.DeepClone());
    }

    private void Replace(string name, JsonNode value)
    {
        // Of fixed[x] and its like there is one, whatever its type.
        foreach (var choice in Choices)
        {
            if (!name.TrimStart('_').StartsWith(choice, StringComparison.Ordinal)) continue;
            foreach (var other in definition.Select(property => property.Key).Where(key => key.TrimStart('_').StartsWith(choice, StringComparison.Ordinal) && key.TrimStart('_') != name.TrimStart('_')).ToList())
                definition.Remove(other);
        }

        if (name == "mustSupport" && (bool?)definition[name] == true) return;
        if (!name.StartsWith('_')) definition.Remove("_" + name);
        definition[name] = value.DeepClone();
    }

    /// <summary>What a snapshot says of every element and a new one takes from its type.</summary>
    private void Complete()
    {
        definition["min"] ??= 0;
        definition["max"] ??= "*";
        var origin = definition["base"]!.AsObject();
        origin["min"] = node.Min;
        origin["max"] = node.Text("max");
        if (node.TypeCodes.FirstOrDefault() is not { } code || (string?)node.Types.First()["code"] != code) return;
        var inherited = new JsonObject();
        BaseSnapshot.AddConstraints(inherited, [.. schema.FindType(code)?.Constraints.Where(constraint => constraint.Key is "ele-1" or "ext-1") ?? []]);
        if (inherited["constraint"] is not JsonArray constraints) return;
        var own = definition["constraint"] as JsonArray ?? [];
        definition["constraint"] = new JsonArray([.. constraints.Concat(own).Select(each => each!.DeepClone())]);
    }

    private void Report(Issue issue) => issues.Add(issue);
}
