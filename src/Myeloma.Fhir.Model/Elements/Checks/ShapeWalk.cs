using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>Goes through the JSON once, beside the schema. https://hl7.org/fhir/R4/json.html</summary>
internal readonly struct ShapeWalk(ResourceDocument document, FaultList faults)
{
    private readonly JsonNode[] nodes = document.Nodes;

    /// <summary>An object that is a resource.</summary>
    public void Resource(int node, TypeSchema type) => Properties(node, type, null, -1);

    /// <summary>The properties of an object: what is there, then what is missing.</summary>
    /// <param name="valueNode">Of a companion object the primitive's value, -1 when it has none or this is no companion.</param>
    private void Properties(int container, TypeSchema type, PropertySchema? standsIn, int valueNode)
    {
        ref var self = ref nodes[container];
        ulong seen = 0;
        for (int node = container + 1, left = self.Count; left > 0 && !faults.IsFull; node = nodes[node].Next, left--)
        {
            var name = document.NameOf(node);
            if (type.Kind == TypeKind.Resource && name.SequenceEqual("resourceType"u8)) continue;

            var isCompanion = name.Length > 1 && name[0] == '_';
            var property = type.FindProperty(isCompanion ? name[1..] : name);
            if (property is null)
            {
                UnknownProperty.Report(faults, document, node, type);
                continue;
            }

            var bit = 1UL << property.Element.Index;
            if (property.Element.IsChoice && (seen & bit) != 0) ChoiceCheck.Report(faults, document, container, node, type, property);
            seen |= bit;
            if (isCompanion) Companion(container, node, property);
            else Value(container, node, property);
        }

        if (faults.IsFull) return;
        if (type.Kind != TypeKind.Resource) EmptyCheck.Object(faults, document, container, self, valueNode);
        if ((type.RequiredElements & ~seen) != 0) CardinalityCheck.Missing(faults, document, container, type, seen);
        if (standsIn is not null && type.Kind == TypeKind.Complex) BindingCheck.Concept(faults, document, container, standsIn);
    }

    /// <summary>A property without underscore.</summary>
    private void Value(int container, int node, PropertySchema property)
    {
        ref var json = ref nodes[node];
        if (property.Element.IsArray)
        {
            if (json.Kind == JsonKind.Array)
            {
                Items(container, node, property);
                return;
            }

            faults.Add(IssueType.Structure, "array-expected", node, $"'{property.JsonName}' may occur several times, so its value stands in an array even when there is only one.");
            Item(node, property, -1);
            return;
        }

        if (json.Kind == JsonKind.Array)
        {
            faults.Add(IssueType.Structure, "array-not-allowed", node, $"'{property.JsonName}' occurs at most once, so its value does not stand in an array.");
            return;
        }

        if (json.Kind == JsonKind.Null)
        {
            faults.Add(IssueType.Structure, "null-not-allowed", node, $"'{property.JsonName}' is null; a property without a value is left out.");
            return;
        }

        Item(node, property, -1);
    }

    private void Items(int container, int array, PropertySchema property)
    {
        ref var json = ref nodes[array];
        if (json.Count == 0)
        {
            faults.Add(IssueType.Structure, "empty-array", array, $"'{property.JsonName}' is an empty array; a property without a value is left out.");
            return;
        }

        CardinalityCheck.Count(faults, array, json.Count, property);
        var companions = property.Type.Kind == TypeKind.Primitive && nodes[container].HasCompanions ? CompanionOf(container, array) : -1;
        var companion = companions >= 0 && nodes[companions].Kind == JsonKind.Array ? companions + 1 : -1;
        var companionsLeft = companion >= 0 ? nodes[companions].Count : 0;
        if (companion >= 0 && companionsLeft != json.Count)
        {
            faults.Add(IssueType.Structure, "companion-length", companions,
                $"'_{property.JsonName}' has {companionsLeft} items and '{property.JsonName}' {json.Count}; they go together one by one, with null where there is nothing.");
        }

        for (int item = array + 1, left = json.Count; left > 0 && !faults.IsFull; item = nodes[item].Next, left--)
        {
            var other = companionsLeft-- > 0 ? companion : -1;
            if (other >= 0) companion = nodes[other].Next;
            if (nodes[item].Kind != JsonKind.Null)
            {
                Item(item, property, -1);
            }
            else if (other < 0 || nodes[other].Kind != JsonKind.Object)
            {
                faults.Add(IssueType.Structure, "null-not-allowed", item, property.Type.Kind == TypeKind.Primitive
                    ? $"An item of '{property.JsonName}' is null, which is only allowed where the same item of '_{property.JsonName}' holds an extension."
                    : $"An item of '{property.JsonName}' is null.");
            }
        }
    }

    /// <summary>One value: a primitive, an object, or a nested resource.</summary>
    private void Item(int node, PropertySchema property, int valueNode)
    {
        ref var json = ref nodes[node];
        var type = property.Type;
        if (type.Kind == TypeKind.Primitive)
        {
            if (PrimitiveCheck.Value(faults, document, node, type)) BindingCheck.Code(faults, document, node, property);
            return;
        }

        if (json.Kind != JsonKind.Object)
        {
            faults.Add(IssueType.Structure, "wrong-json-type", node, $"'{property.JsonName}' is {KindName.Of(json.Kind)}; {type.Name} is an object.");
            return;
        }

        if (type is not { Kind: TypeKind.Resource, IsAbstract: true })
        {
            Properties(node, type, property, valueNode);
            return;
        }

        if (ResourceDocument.TypeOf(document.Bytes.Span, nodes, node, document.Schema, out var fault) is { } resource) Resource(node, resource);
        else faults.Add(IssueType.Structure, "resource-type", node, fault!.Diagnostics);
    }

    /// <summary>A property with underscore: id and extensions of a primitive.</summary>
    private void Companion(int container, int node, PropertySchema property)
    {
        if (property.Type.Kind != TypeKind.Primitive)
        {
            faults.Add(IssueType.Structure, "companion-of-complex", node,
                $"'_{property.JsonName}' has no meaning: '{property.JsonName}' is {property.Type.Name}, whose extensions stand inside it.");
            return;
        }

        ref var json = ref nodes[node];
        var value = document.FindProperty(container, document.NameOf(node)[1..]);
        if (!property.Element.IsArray)
        {
            var hasValue = value >= 0 && nodes[value].Kind is not (JsonKind.Null or JsonKind.Object or JsonKind.Array);
            if (json.Kind == JsonKind.Object) Properties(node, property.Type, null, hasValue ? value : -1);
            else NotAnObject(node, property);
            return;
        }

        if (json.Kind != JsonKind.Array || json.Count == 0)
        {
            faults.Add(IssueType.Structure, "array-expected", node, $"'_{property.JsonName}' is an array with an object or null for each item of '{property.JsonName}'.");
            return;
        }

        if (value < 0) CardinalityCheck.Count(faults, node, json.Count, property);
        var values = value >= 0 && nodes[value].Kind == JsonKind.Array ? nodes[value].Count : 0;
        var other = value + 1;
        for (int item = node + 1, left = json.Count; left > 0 && !faults.IsFull; item = nodes[item].Next, left--)
        {
            var hasValue = values-- > 0 && nodes[other].Kind is not (JsonKind.Null or JsonKind.Object or JsonKind.Array);
            var partner = hasValue ? other : -1;
            if (values >= 0) other = nodes[other].Next;
            if (nodes[item].Kind == JsonKind.Object) Properties(item, property.Type, null, partner);
            else if (nodes[item].Kind != JsonKind.Null) NotAnObject(item, property);
            else if (value < 0) faults.Add(IssueType.Structure, "null-not-allowed", item, $"An item of '_{property.JsonName}' is null and has no value beside it.");
        }
    }

    private void NotAnObject(int node, PropertySchema property) =>
        faults.Add(IssueType.Structure, "wrong-json-type", node, $"'_{property.JsonName}' is {KindName.Of(nodes[node].Kind)}; it holds id and extensions in an object.");

    private int CompanionOf(int container, int valueNode)
    {
        var name = document.NameOf(valueNode);
        for (int node = container + 1, left = nodes[container].Count; left > 0; node = nodes[node].Next, left--)
        {
            var candidate = document.NameOf(node);
            if (candidate.Length == name.Length + 1 && candidate[0] == '_' && candidate[1..].SequenceEqual(name)) return node;
        }

        return -1;
    }
}

/// <summary>What a JSON value is, in words.</summary>
internal static class KindName
{
    public static string Of(JsonKind kind) => kind switch
    {
        JsonKind.Object => "an object",
        JsonKind.Array => "an array",
        JsonKind.String => "a string",
        JsonKind.Number => "a number",
        JsonKind.Null => "null",
        _ => "a boolean",
    };
}
