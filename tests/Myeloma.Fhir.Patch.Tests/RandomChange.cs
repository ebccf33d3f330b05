using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Patch.Tests;

/// <summary>Changes a resource here and there, so that it stays in the shape that R4 knows.</summary>
internal static class RandomChange
{
    public static ResourceDocument Of(ResourceDocument document, Random random)
    {
        var changed = document;
        for (var round = random.Next(1, 5); round > 0; round--)
        {
            var root = JsonNode.Parse(changed.Bytes.Span)!.AsObject();
            Change(root, random);
            var next = ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()));
            if (StructuralCheck.Check(next).Count == 0) changed = next;
        }

        return changed;
    }

    private static void Change(JsonObject root, Random random)
    {
        var containers = new List<JsonNode>();
        Gather(root, containers);
        var container = containers[random.Next(containers.Count)];
        if (container is JsonArray array) ChangeItems(array, random);
        else ChangeProperty((JsonObject)container, random);
    }

    /// <summary>Arrays that stand beside a companion are left alone, since both would have to change.</summary>
    private static void Gather(JsonNode node, List<JsonNode> containers)
    {
        if (node is JsonObject properties)
        {
            containers.Add(node);
            foreach (var (name, value) in properties)
            {
                if (value is null || name.StartsWith('_') || (value is JsonArray && properties.ContainsKey("_" + name))) continue;
                Gather(value, containers);
            }
        }
        else if (node is JsonArray items)
        {
            containers.Add(node);
            foreach (var item in items)
                if (item is not null) Gather(item, containers);
        }
    }

    private static void ChangeItems(JsonArray items, Random random)
    {
        var at = random.Next(items.Count);
        switch (random.Next(3))
        {
            case 0 when items.Count > 1:
                items.RemoveAt(at);
                break;
            case 1 when items.Count > 1:
                var moved = items[at]!.DeepClone();
                items.RemoveAt(at);
                items.Insert(random.Next(items.Count + 1), moved);
                break;
            default:
                items.Insert(random.Next(items.Count + 1), items[at]!.DeepClone());
                break;
        }
    }

    private static void ChangeProperty(JsonObject properties, Random random)
    {
        var (name, value) = properties.ElementAt(random.Next(properties.Count));
        if (name is "resourceType" or "id" || value is null || properties.ContainsKey("_" + name)) return;
        if (properties.Count > 1 && random.Next(2) == 0) properties.Remove(name);
        else if (value is JsonValue scalar && scalar.TryGetValue<string>(out var text)) properties[name] = text + random.Next(10);
    }
}
