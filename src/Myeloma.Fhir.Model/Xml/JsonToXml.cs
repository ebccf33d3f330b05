using System.Buffers;
using System.Numerics;
using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Elements.Checks;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>One walk over the nodes of a document, writing elements in the order of the schema.</summary>
internal sealed class JsonToXml(ResourceDocument document, ByteBuffer output, bool pretty)
{
    private static readonly XmlReaderSettings NarrativeSettings = XmlSource.Settings(ConformanceLevel.Fragment);

    private readonly JsonNode[] nodes = document.Nodes;
    private readonly FaultList faults = new(document, StructuralCheck.DefaultMaxIssues);
    private int level;

    /// <exception cref="FhirException">See <see cref="XmlWriting.ToXml"/>.</exception>
    public void Document()
    {
        output.Add("""<?xml version="1.0" encoding="UTF-8"?>"""u8);
        Resource(0, document.Root.Type, isRoot: true);
        if (faults.Issues.Count > 0) throw new FhirException(faults.Issues);
    }

    private void Resource(int node, TypeSchema type, bool isRoot)
    {
        NewLine();
        output.Add("<"u8);
        XmlText.Plain(output, type.Name);
        if (isRoot) output.Add(" xmlns=\"http://hl7.org/fhir\""u8);
        var name = Encoding.UTF8.GetBytes(type.Name);
        Content(name, node, type);
    }

    /// <summary>The rest of an element whose start tag is open: the attributes that properties become, children, end tag.</summary>
    /// <param name="container">The object; -1 for a primitive without id and extensions.</param>
    /// <param name="valueNode">Of a primitive its value, else -1.</param>
    private void Content(ReadOnlySpan<byte> name, int container, TypeSchema type, int valueNode = -1)
    {
        // For each element the node of its value and that of its companion, plus one, so that zero is none.
        var count = container < 0 ? 0 : type.Elements.Count;
        Span<int> values = stackalloc int[count];
        Span<int> companions = stackalloc int[count];
        values.Clear();
        companions.Clear();
        var present = container < 0 ? 0 : Sort(container, type, values, companions);

        if (type.Kind != TypeKind.Resource && present != 0)
        {
            TakeAttribute("id"u8, type, ref present, values, companions);
            if (type.Name == "Extension") TakeAttribute("url"u8, type, ref present, values, companions);
        }

        if (valueNode >= 0) Attribute("value"u8, valueNode);
        if (present == 0)
        {
            output.Add("/>"u8);
            return;
        }

        output.Add(">"u8);
        level++;
        for (; present != 0 && !faults.IsFull; present &= present - 1)
        {
            var index = BitOperations.TrailingZeroCount(present);
            Property(type, values[index] - 1, companions[index] - 1);
        }

        level--;
        NewLine();
        End(name);
    }

    /// <summary>Puts the properties of an object into the places of the schema.</summary>
    /// <returns>A bit for each element that is there.</returns>
    private ulong Sort(int container, TypeSchema type, Span<int> values, Span<int> companions)
    {
        ulong present = 0;
        for (int node = container + 1, left = nodes[container].Count; left > 0 && !faults.IsFull; node = nodes[node].Next, left--)
        {
            var name = document.NameOf(node);
            if (type.Kind == TypeKind.Resource && name.SequenceEqual("resourceType"u8)) continue;
            var isCompanion = name.Length > 1 && name[0] == '_';
            if (type.FindProperty(isCompanion ? name[1..] : name) is not { } property)
            {
                UnknownProperty.Report(faults, document, node, type);
                continue;
            }

            if (isCompanion && (property.Type.Kind != TypeKind.Primitive || property.Type.Primitive == PrimitiveKind.Xhtml))
            {
                Fault(IssueType.Structure, "companion-of-complex", node, $"'_{property.JsonName}' has no place in XML: {property.Type.Name} holds no extensions beside its value.");
                continue;
            }

            if (property.Element.IsChoice) ChoiceCheck.Report(faults, document, container, node, type, property);
            (isCompanion ? companions : values)[property.Element.Index] = node + 1;
            present |= 1UL << property.Element.Index;
        }

        return present;
    }

    /// <summary>Writes a property that is an attribute in XML and takes it from the list.</summary>
    private void TakeAttribute(ReadOnlySpan<byte> name, TypeSchema type, ref ulong present, Span<int> values, Span<int> companions)
    {
        if (type.FindProperty(name) is not { } property) return;
        var index = property.Element.Index;
        present &= ~(1UL << index);
        if (values[index] > 0) Attribute(name, values[index] - 1);
        if (companions[index] > 0)
            Fault(IssueType.Structure, "companion-of-attribute", companions[index] - 1, $"'{property.JsonName}' is an attribute in XML and holds neither id nor extensions.");
    }

    private void Property(TypeSchema type, int value, int companion)
    {
        var name = document.NameOf(value >= 0 ? value : companion);
        if (value < 0) name = name[1..];
        var property = type.FindProperty(name)!;
        if (property.Type.Kind == TypeKind.Primitive && property.Type.Primitive != PrimitiveKind.Xhtml)
        {
            if (property.Element.IsArray) PrimitiveItems(name, property, value, companion);
            else Primitive(name, property, value, companion);
            return;
        }

        if (!property.Element.IsArray)
        {
            Single(name, property, value);
            return;
        }

        if (!IsArray(value, property)) return;
        for (int item = value + 1, left = nodes[value].Count; left > 0 && !faults.IsFull; item = nodes[item].Next, left--)
            Single(name, property, item);
    }

    private void PrimitiveItems(ReadOnlySpan<byte> name, PropertySchema property, int values, int companions)
    {
        if ((values >= 0 && !IsArray(values, property)) || (companions >= 0 && !IsArray(companions, property))) return;
        var valuesLeft = values < 0 ? 0 : nodes[values].Count;
        var companionsLeft = companions < 0 ? 0 : nodes[companions].Count;
        if (values >= 0 && companions >= 0 && valuesLeft != companionsLeft)
        {
            Fault(IssueType.Structure, "companion-length", companions,
                $"'_{property.JsonName}' has {companionsLeft} items and '{property.JsonName}' {valuesLeft}; they go together one by one, with null where there is nothing.");
            return;
        }

        var (value, companion) = (values + 1, companions + 1);
        for (var left = Math.Max(valuesLeft, companionsLeft); left > 0 && !faults.IsFull; left--)
        {
            Primitive(name, property, values < 0 ? -1 : value, companions < 0 ? -1 : companion);
            if (values >= 0) value = nodes[value].Next;
            if (companions >= 0) companion = nodes[companion].Next;
        }
    }

    private void Primitive(ReadOnlySpan<byte> name, PropertySchema property, int value, int companion)
    {
        var node = value >= 0 ? value : companion;
        if (value >= 0 && nodes[value].Kind == JsonKind.Null) value = -1;
        if (companion >= 0 && nodes[companion].Kind == JsonKind.Null) companion = -1;
        if (value < 0 && companion < 0)
        {
            Fault(IssueType.Structure, "null-not-allowed", node, $"'{property.JsonName}' is null and has no extensions; XML has no form for it.");
            return;
        }

        if (companion >= 0 && nodes[companion].Kind != JsonKind.Object)
        {
            Fault(IssueType.Structure, "wrong-json-type", companion, $"'_{property.JsonName}' is {KindName.Of(nodes[companion].Kind)}; it holds id and extensions in an object.");
            return;
        }

        NewLine();
        output.Add("<"u8);
        output.Add(name);
        Content(name, companion, property.Type, value);
    }

    /// <summary>A complex element, a nested resource or a narrative.</summary>
    private void Single(ReadOnlySpan<byte> name, PropertySchema property, int node)
    {
        ref var json = ref nodes[node];
        if (property.Type.Primitive == PrimitiveKind.Xhtml)
        {
            Narrative(node);
            return;
        }

        if (json.Kind != JsonKind.Object)
        {
            Fault(IssueType.Structure, "wrong-json-type", node, $"'{property.JsonName}' is {KindName.Of(json.Kind)}; {property.Type.Name} is an object.");
            return;
        }

        if (property.Type is not { Kind: TypeKind.Resource, IsAbstract: true })
        {
            NewLine();
            output.Add("<"u8);
            output.Add(name);
            Content(name, node, property.Type);
            return;
        }

        if (ResourceDocument.TypeOf(document.Bytes.Span, nodes, node, document.Schema, out var fault) is not { } type)
        {
            Fault(IssueType.Structure, "resource-type", node, fault!.Diagnostics);
            return;
        }

        NewLine();
        output.Add("<"u8);
        output.Add(name);
        output.Add(">"u8);
        level++;
        Resource(node, type, isRoot: false);
        level--;
        NewLine();
        End(name);
    }

    /// <summary>The text of a div is read as XML, so that what is written is well-formed whatever it was.</summary>
    private void Narrative(int node)
    {
        ref var json = ref nodes[node];
        if (json.Kind != JsonKind.String)
        {
            Fault(IssueType.Structure, "wrong-json-type", node, $"This is {KindName.Of(json.Kind)}; a value of type xhtml is a string.");
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(json.End - json.Start);
        var start = output.Length;
        try
        {
            var plain = Plain(node, rented);
            if (AttributeCount.FindExcess(plain) >= 0)
            {
                Fault(IssueType.Value, "invalid-xhtml", node, $"This is no xhtml: an element has more than {AttributeCount.Max} attributes.");
                return;
            }

            var text = Encoding.UTF8.GetString(plain);
            NewLine();
            var names = new NameTable();
            var namespaces = new XmlNamespaceManager(names);

            // A div that declares no namespace means XHTML; there is no other reading.
            namespaces.AddNamespace("", XmlNamespaces.Xhtml);
            using var reader = XmlReader.Create(new StringReader(text), NarrativeSettings, new XmlParserContext(names, namespaces, null, XmlSpace.None));
            if (NarrativeFault(reader) is { } words) Fault(IssueType.Value, "invalid-xhtml", node, $"This is no xhtml: {words}");
        }
        catch (XmlException exception)
        {
            output.Truncate(start);
            Fault(IssueType.Value, "invalid-xhtml", node, $"This is no xhtml: it is not well-formed: {XmlFaults.Cause(exception)}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private string? NarrativeFault(XmlReader reader)
    {
        var hasDiv = false;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when !hasDiv:
                    hasDiv = true;
                    if (XhtmlText.Copy(reader, output) is var (words, _, _)) return words;
                    break;
                case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    break;
                default:
                    return "it is one <div> element.";
            }
        }

        return hasDiv ? null : "it is one <div> element.";
    }

    private void Attribute(ReadOnlySpan<byte> name, int node)
    {
        ref var json = ref nodes[node];
        if (json.Kind is JsonKind.Object or JsonKind.Array or JsonKind.Null)
        {
            Fault(IssueType.Structure, "wrong-json-type", node, $"This is {KindName.Of(json.Kind)}; a primitive value stands here.");
            return;
        }

        output.Add(" "u8);
        output.Add(name);
        output.Add("=\""u8);
        byte[]? rented = json.Escaped ? ArrayPool<byte>.Shared.Rent(json.End - json.Start) : null;
        var text = Plain(node, rented);
        if (XmlText.FirstForbidden(text) is >= 0 and var forbidden)
            Fault(IssueType.Value, "not-in-xml", node, $"The character U+{forbidden:X4} can't be written in XML.");
        XmlText.Attribute(output, text);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        output.Add("\""u8);
    }

    /// <summary>A value without escapes.</summary>
    private ReadOnlySpan<byte> Plain(int node, byte[]? scratch)
    {
        var raw = document.RawOf(node);
        return nodes[node].Escaped ? scratch.AsSpan(0, JsonText.Unescape(raw, scratch)) : raw;
    }

    private bool IsArray(int node, PropertySchema property)
    {
        if (nodes[node].Kind == JsonKind.Array) return true;
        Fault(IssueType.Structure, "array-expected", node, $"'{property.JsonName}' may occur several times, so its value stands in an array even when there is only one.");
        return false;
    }

    private void End(ReadOnlySpan<byte> name)
    {
        output.Add("</"u8);
        output.Add(name);
        output.Add(">"u8);
    }

    private void NewLine()
    {
        if (!pretty) return;
        output.Add("\n"u8);
        output.Add((byte)' ', level * 2);
    }

    private void Fault(IssueType type, string messageId, int node, string words) => faults.Add(type, messageId, node, words);
}
