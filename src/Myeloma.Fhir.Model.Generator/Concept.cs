using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>One concept of a code system, its place in the hierarchy made plain.</summary>
internal sealed record Concept(
    string Code,
    string? Display,
    string? Definition,
    IReadOnlyList<string> Parents,
    IReadOnlySet<string> Ancestors,
    IReadOnlyList<(string Code, string Kind, string Value)> Properties,
    IReadOnlyList<(string? Language, string Value)> Designations)
{
    /// <summary>The parents stated by nesting, by the properties <c>parent</c> and <c>subsumedBy</c>, and by the property <c>child</c> of another concept.</summary>
    public static List<Concept> All(JsonElement codeSystem)
    {
        var nodes = new List<(JsonElement Node, string? Parent)>();
        Walk(codeSystem, null);

        var parents = nodes.GroupBy(entry => entry.Node.String("code")!).ToDictionary(group => group.Key, _ => new List<string>());
        foreach (var (node, parent) in nodes)
        {
            var code = node.String("code")!;
            if (parent is not null) Add(code, parent);
            foreach (var property in node.Items("property"))
            {
                if (property.String("valueCode") is not { } value) continue;
                if (property.String("code") is "parent" or "subsumedBy") Add(code, value);
                if (property.String("code") is "child") Add(value, code);
            }
        }

        return [.. nodes.Select(entry => Of(entry.Node, parents))];

        void Walk(JsonElement container, string? parent)
        {
            foreach (var node in container.Items("concept"))
            {
                nodes.Add((node, parent));
                Walk(node, node.String("code"));
            }
        }

        void Add(string code, string parent)
        {
            if (parents.TryGetValue(code, out var list) && parents.ContainsKey(parent) && !list.Contains(parent)) list.Add(parent);
        }
    }

    private static Concept Of(JsonElement node, Dictionary<string, List<string>> parents)
    {
        var code = node.String("code")!;
        var ancestors = new HashSet<string>();
        var open = new Stack<string>(parents[code]);
        while (open.TryPop(out var ancestor))
        {
            if (!ancestors.Add(ancestor)) continue;
            foreach (var further in parents[ancestor]) open.Push(further);
        }

        return new Concept(
            code,
            node.String("display"),
            node.String("definition"),
            parents[code],
            ancestors,
            [.. node.Items("property").Select(PropertyOf)],
            [.. node.Items("designation").Select(designation => (designation.String("language"), designation.String("value")!))]);
    }

    private static (string, string, string) PropertyOf(JsonElement property)
    {
        var value = property.EnumerateObject().First(entry => entry.Name.StartsWith("value", StringComparison.Ordinal));
        var text = value.Value.ValueKind switch
        {
            JsonValueKind.String => value.Value.GetString()!,
            JsonValueKind.Object => $"{value.Value.String("system")}|{value.Value.String("code")}",
            _ => value.Value.GetRawText(),
        };
        return (property.String("code")!, char.ToLowerInvariant(value.Name[5]) + value.Name[6..], text);
    }
}
