using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>A parsed resource: its bytes as they came, and an element tree that looks into them. Immutable, shared by threads.</summary>
/// <remarks>https://hl7.org/fhir/R4/json.html. Nothing is copied or rewritten; what is not touched stays as it was written.</remarks>
public sealed class ResourceDocument
{
    internal readonly JsonNode[] Nodes;
    private readonly ReadOnlyMemory<byte> bytes;

    private ResourceDocument(ReadOnlyMemory<byte> utf8, JsonNode[] nodes, int length, R4Schema schema, TypeSchema type)
    {
        bytes = utf8;
        Nodes = nodes;
        NodeCount = length;
        Schema = schema;
        Root = new Element(this, 0, -1, null, type);
    }

    /// <summary>The bytes it was parsed from, unchanged.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Number of JSON values.</summary>
    public int NodeCount { get; }

    public R4Schema Schema { get; }

    /// <summary>The resource itself.</summary>
    public Element Root { get; }

    /// <summary><c>Patient</c>, …</summary>
    public string ResourceType => Root.Type.Name;

    /// <summary>The logical id; null when there is none or it is no string.</summary>
    public string? Id => Root.Child("id") is { } id ? id.Text : null;

    /// <summary>Parses a resource in JSON. Only its shape as JSON and its resourceType are looked at; StructuralCheck tells the rest.</summary>
    /// <param name="utf8">Kept, not copied: the caller must not change it afterwards.</param>
    /// <exception cref="FhirException"><c>structure</c>: not JSON, no object, no or unknown resourceType; <c>too-long</c>: past a limit.</exception>
    public static ResourceDocument Parse(ReadOnlyMemory<byte> utf8, R4Schema? schema = null, ParseLimits? limits = null)
    {
        schema ??= R4Schema.Instance;
        var table = JsonParser.Parse(utf8.Span, limits ?? ParseLimits.Default);
        if (table[0].Kind != JsonKind.Object)
            throw new FhirException(Issue.Structure("A resource is a JSON object.", null, 1, 1));
        var type = TypeOf(utf8.Span, table.Nodes, 0, schema, out var fault)
            ?? throw new FhirException(fault!);
        return new ResourceDocument(utf8, table.Nodes, table.Length, schema, type);
    }

    /// <summary>The type that the object's resourceType names.</summary>
    internal static TypeSchema? TypeOf(ReadOnlySpan<byte> utf8, JsonNode[] nodes, int container, R4Schema schema, out Issue? fault)
    {
        fault = null;
        for (int child = container + 1, seen = 0; seen < nodes[container].Count; child = nodes[child].Next, seen++)
        {
            ref var node = ref nodes[child];
            if (!utf8.Slice(node.NameStart, node.NameLength).SequenceEqual("resourceType"u8)) continue;

            var name = node.Kind == JsonKind.String ? Encoding.UTF8.GetString(utf8[node.Start..node.End]) : null;
            if (name is not null && schema.FindType(name) is { Kind: TypeKind.Resource, IsAbstract: false } type) return type;

            var (line, column) = SourcePosition.Of(utf8, node.Start);
            fault = Issue.Structure(
                name is null ? "resourceType is not a string." : $"'{name}' is not a resource type of FHIR R4.", "resourceType", line, column);
            return null;
        }

        var (atLine, atColumn) = SourcePosition.Of(utf8, nodes[container].Start);
        fault = Issue.Structure("A resource names its type in 'resourceType'; this object does not.", null, atLine, atColumn);
        return null;
    }

    /// <summary>One-based line and column (in bytes) where the element's value, or else its extensions, stand.</summary>
    public (int Line, int Column) PositionOf(Element element) => SourcePosition.Of(bytes.Span, element.SourceOffset);

    /// <summary>Where the element stands, as FHIRPath from the root: <c>Patient.name[0].given[1]</c>; indexes on repeating elements only.</summary>
    public string ExpressionOf(Element element)
    {
        var parts = new Stack<string>();
        var node = element.Node;
        for (; node > 0; node = Nodes[node].Parent) parts.Push(StepOf(node));

        var text = new StringBuilder(ResourceType);
        foreach (var part in parts)
        {
            if (part.Length > 0 && part[0] != '[') text.Append('.');
            text.Append(part);
        }

        return text.ToString();
    }

    /// <summary><c>name</c> for a property without the underscore, <c>[i]</c> for an array item.</summary>
    private string StepOf(int node)
    {
        ref var json = ref Nodes[node];
        if (json.NameStart >= 0)
        {
            var name = Encoding.UTF8.GetString(bytes.Span.Slice(json.NameStart, json.NameLength));
            return name.StartsWith('_') ? name[1..] : ElementName(node, name);
        }

        var index = 0;
        for (var sibling = json.Parent + 1; sibling < node; sibling = Nodes[sibling].Next) index++;
        return $"[{index}]";
    }

    /// <summary><c>value</c> for the property <c>valueQuantity</c>: FHIRPath knows the element, not the JSON name.</summary>
    private string ElementName(int node, string jsonName)
    {
        var path = new Stack<int>();
        for (var at = node; at > 0; at = Nodes[at].Parent)
            if (Nodes[at].NameStart >= 0) path.Push(at);

        var type = Root.Type;
        PropertySchema? property = null;
        foreach (var step in path)
        {
            var name = bytes.Span.Slice(Nodes[step].NameStart, Nodes[step].NameLength);
            property = type.FindProperty(name.StartsWith("_"u8) ? name[1..] : name);
            if (property is null) return jsonName;
            type = property.Type;
            if (type is { Kind: TypeKind.Resource, IsAbstract: true } && NextContainer(step, node) is { } resource)
                type = TypeOf(bytes.Span, Nodes, resource, Schema, out _) ?? type;
        }

        return property?.Element.Name ?? jsonName;
    }

    /// <summary>The object below <paramref name="step"/> (itself, or the array item) that holds <paramref name="node"/>.</summary>
    private int? NextContainer(int step, int node)
    {
        if (Nodes[step].Kind == JsonKind.Object) return step;
        if (Nodes[step].Kind != JsonKind.Array) return null;
        for (int item = step + 1, seen = 0; seen < Nodes[step].Count; item = Nodes[item].Next, seen++)
            if (node > item && node < Nodes[item].Next) return item;
        return null;
    }
}
