using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>The elements of a snapshot as a tree, and a tree as the elements of a snapshot. https://hl7.org/fhir/R4/elementdefinition.html#id</summary>
internal static class SnapshotView
{
    private static readonly Dictionary<string, int> Order = PropertyOrder();

    /// <returns>Null when the elements are not those of a snapshot: none, or one whose parent is not there.</returns>
    public static SnapshotNode? Read(JsonArray elements)
    {
        SnapshotNode? root = null;
        var current = new Dictionary<string, SnapshotNode>(StringComparer.Ordinal);
        foreach (var element in elements.OfType<JsonObject>())
        {
            if ((string?)element["path"] is not { } path) return null;
            var dot = path.LastIndexOf('.');
            var node = new SnapshotNode(path[(dot + 1)..], Stripped(element));
            if (dot < 0)
            {
                root ??= node;
                current[path] = root;
                continue;
            }

            if (!current.TryGetValue(path[..dot], out var parent)) return null;
            Place(parent, node);
            foreach (var deeper in current.Keys.Where(key => key.StartsWith(path + ".", StringComparison.Ordinal)).ToList()) current.Remove(deeper);
            current[path] = node;
        }

        return root;
    }

    private static void Place(SnapshotNode parent, SnapshotNode node)
    {
        if (node.SliceName is not { } sliceName || parent.Children.FindLast(child => child.Name == node.Name) is not { } sliced)
        {
            parent.Children.Add(node);
            return;
        }

        var bar = sliceName.LastIndexOf('/');
        ((bar > 0 ? sliced.Slice(sliceName[..bar]) : null) ?? sliced).Slices.Add(node);
    }

    private static JsonObject Stripped(JsonObject element)
    {
        var definition = (JsonObject)element.DeepClone();
        definition.Remove("id");
        definition.Remove("path");
        return definition;
    }

    /// <summary>Each element before its children, these before its slices; properties in the order of ElementDefinition.</summary>
    public static JsonArray Write(SnapshotNode root)
    {
        var elements = new JsonArray();
        Write(root, root.Name, root.Name, elements);
        return elements;
    }

    /// <param name="unsliced">The id of the element without its own slice: of <c>component:a</c> and of its re-slice <c>component:a/b</c> it is <c>component</c>.</param>
    private static void Write(SnapshotNode node, string path, string unsliced, JsonArray elements)
    {
        var id = node.SliceName is { } sliceName ? $"{unsliced}:{sliceName}" : unsliced;
        var element = new JsonObject { ["id"] = id };
        if (node.Definition["extension"] is { } extension) element["extension"] = extension.DeepClone();
        element["path"] = path;
        foreach (var (name, value) in node.Definition.Where(property => property.Key != "extension").OrderBy(property => Order.GetValueOrDefault(property.Key.TrimStart('_'), int.MaxValue)))
            element[name] = value?.DeepClone();

        elements.Add(element);
        foreach (var child in node.Children) Write(child, $"{path}.{child.Name}", $"{id}.{child.Name}", elements);
        foreach (var slice in node.Slices) Write(slice, path, unsliced, elements);
    }

    private static Dictionary<string, int> PropertyOrder()
    {
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var element in R4Schema.Instance.FindType("ElementDefinition")!.Elements)
        {
            order[element.Name] = order.Count;
            if (!element.IsChoice) continue;
            foreach (var reference in element.Types) order[element.Name + char.ToUpperInvariant(reference.Type.Name[0]) + reference.Type.Name[1..]] = order.Count;
        }

        return order;
    }
}
