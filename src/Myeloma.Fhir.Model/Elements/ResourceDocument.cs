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

    private ResourceDocument(ReadOnlyMemory<byte> utf8, JsonNode[] nodes, int length, R4Schema schema, TypeSchema type, ParseLimits limits)
    {
        bytes = utf8;
        Nodes = nodes;
        NodeCount = length;
        Schema = schema;
        Limits = limits;
        Root = new Element(this, 0, -1, null, type);
    }

    /// <summary>The bytes it was parsed from, unchanged.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Number of JSON values.</summary>
    public int NodeCount { get; }

    /// <summary>Bytes that it takes in memory, near enough.</summary>
    public long Size => bytes.Length + ((long)Nodes.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<JsonNode>());

    public R4Schema Schema { get; }

    /// <summary>What it was parsed under; what is made of it is parsed under the same.</summary>
    internal ParseLimits Limits { get; }

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
        limits ??= ParseLimits.Default;
        var table = JsonParser.Parse(utf8.Span, limits);
        if (table[0].Kind != JsonKind.Object)
            throw new FhirException(Issue.Structure("A resource is a JSON object.", null, 1, 1) with { MessageId = "not-a-resource" });
        var type = TypeOf(utf8.Span, table.Nodes, 0, schema, out var fault)
            ?? throw new FhirException(fault!);
        return new ResourceDocument(utf8, table.Nodes, table.Length, schema, type, limits);
    }

    /// <summary>A resource that stands in a larger one, an entry's or a parameter's, as a document of its own under the same limits.</summary>
    /// <param name="resource">An element that <see cref="Element.IsResource"/>.</param>
    public static ResourceDocument Of(Element resource) => resource.Property is null
        ? resource.Document
        : Parse(resource.Document.Bytes.Slice(resource.SourceOffset, resource.RawValue.Length), resource.Document.Schema, resource.Document.Limits);

    /// <summary>The same resource with bytes of its own: to keep one longer than what it stands in.</summary>
    public ResourceDocument Copy() => new(bytes.ToArray(), Nodes[..NodeCount], NodeCount, Schema, Root.Type, Limits);

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
                name is null ? "resourceType is not a string." : $"'{name}' is not a resource type of FHIR R4.", "resourceType", line, column) with { MessageId = "unknown-resource-type" };
            return null;
        }

        var (atLine, atColumn) = SourcePosition.Of(utf8, nodes[container].Start);
        fault = Issue.Structure("A resource names its type in 'resourceType'; this object does not.", null, atLine, atColumn) with { MessageId = "not-a-resource" };
        return null;
    }

    /// <summary>One-based line and column (in bytes) where the element's value, or else its extensions, stand.</summary>
    public (int Line, int Column) PositionOf(Element element) => SourcePosition.Of(bytes.Span, element.SourceOffset);

    /// <summary>Where the element stands, as FHIRPath from the root: <c>Patient.name[0].given[1]</c>; indexes on repeating elements only.</summary>
    public string ExpressionOf(Element element) => ExpressionOf(element.Node);

    /// <inheritdoc cref="ExpressionOf(Element)"/>
    internal string ExpressionOf(int node)
    {
        var depth = 0;
        for (var at = node; at > 0; at = Nodes[at].Parent) depth++;
        var path = new int[depth];
        for (var at = node; at > 0; at = Nodes[at].Parent) path[--depth] = at;

        var text = new StringBuilder(ResourceType);
        TypeSchema? type = Root.Type;
        foreach (var step in path)
        {
            if (Nodes[step].NameStart < 0)
            {
                text.Append('[').Append(Nodes[step].Index).Append(']');
            }
            else
            {
                var name = NameOf(step);
                if (name.Length > 1 && name[0] == '_') name = name[1..];

                // FHIRPath knows the element value, not the JSON property valueQuantity.
                var property = type?.FindProperty(name);
                text.Append('.').Append(property?.Element.Name ?? Encoding.UTF8.GetString(name));
                type = property?.Type;
            }

            if (type is { Kind: TypeKind.Resource, IsAbstract: true } && Nodes[step].Kind == JsonKind.Object)
                type = TypeOf(bytes.Span, Nodes, step, Schema, out _) ?? type;
        }

        return text.ToString();
    }

    /// <summary>The property of an object by its name as written.</summary>
    /// <returns>The node of its value; -1 when the object has none of that name.</returns>
    internal int FindProperty(int container, ReadOnlySpan<byte> name)
    {
        var node = container + 1;
        for (var left = Nodes[container].Count; left > 0; left--, node = Nodes[node].Next)
            if (NameOf(node).SequenceEqual(name)) return node;
        return -1;
    }

    /// <summary>The property name of a node; empty for an array item.</summary>
    internal ReadOnlySpan<byte> NameOf(int node)
    {
        ref var json = ref Nodes[node];
        return json.NameStart < 0 ? default : bytes.Span.Slice(json.NameStart, json.NameLength);
    }

    /// <summary>The value as written, a string without its quotes.</summary>
    internal ReadOnlySpan<byte> RawOf(int node) => bytes.Span[Nodes[node].Start..Nodes[node].End];

    /// <summary>One-based line and column of a node's value.</summary>
    internal (int Line, int Column) PositionOf(int node) =>
        SourcePosition.Of(bytes.Span, Nodes[node].Kind == JsonKind.String ? Nodes[node].Start - 1 : Nodes[node].Start);
}
