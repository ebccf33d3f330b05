using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Elements.Checks;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>One walk over the XML beside the schema, writing JSON as it goes. What a fault is about is left out, or leaves JSON that is none.</summary>
internal sealed partial class XmlToJson(XmlReader reader, XmlSource source, ParseLimits limits, R4Schema schema)
{
    private readonly IXmlLineInfo position = (IXmlLineInfo)reader;
    private readonly XmlFaults faults = new(source);
    private readonly Stack<JsonOutput> spare = new();
    private JsonOutput output = new(source.Utf8.Length);
    private int depth;
    private int nodes;
    private ParseClock clock = new(limits.MaxTime);

    /// <exception cref="FhirException">See <see cref="XmlReading.Read"/>.</exception>
    public XmlConversion Convert()
    {
        var (inRoot, isWhole) = (false, false);
        try
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.XmlDeclaration) Declaration();
                if (reader.NodeType != XmlNodeType.Element) continue;
                inRoot = true;
                Root();
            }

            isWhole = true;
        }
        catch (XmlException exception)
        {
            faults.Add(exception, inRoot);
        }

        var conversion = new XmlConversion(output.ToArray(), output.Marks(), source, faults.Issues);
        if (faults.Issues.Count > 0 && (!isWhole || !IsSound(conversion.Json))) throw new FhirException(faults.Issues);
        return conversion;
    }

    /// <summary>Whether what was written beside faults is a resource: an element that stands twice, or nothing where a resource is expected, leaves none.</summary>
    private bool IsSound(byte[] json)
    {
        try
        {
            ResourceDocument.Parse(json, schema, limits);
            return true;
        }
        catch (FhirException)
        {
            return false;
        }
    }

    private void Declaration()
    {
        if (reader.GetAttribute("encoding") is not { } encoding || source.Agrees(encoding)) return;
        faults.Add(IssueType.Structure, "encoding",
            $"The document declares the encoding '{Shown(encoding)}' and is {(source.WasUtf16 ? "UTF-16" : "UTF-8")}; FHIR XML is UTF-8, and UTF-16 is read as well.", (1, 1));
    }

    private void Root()
    {
        if (ResourceType() is not { } type)
        {
            SkipElement();
            return;
        }

        faults.Enter(type.Name, -1);
        Resource(type);
        faults.Leave();
    }

    /// <summary>The type that the element at hand names.</summary>
    /// <returns>Null when it is none; the fault has been added.</returns>
    private TypeSchema? ResourceType()
    {
        if (reader.NamespaceURI != XmlNamespaces.Fhir)
        {
            WrongNamespace(XmlNamespaces.Fhir);
            return null;
        }

        if (schema.FindType(reader.LocalName) is { Kind: TypeKind.Resource, IsAbstract: false } type) return type;
        faults.Add(IssueType.Structure, "resource-type", $"'{Shown(reader.LocalName)}' is not a resource type of FHIR R4.", Here);
        return null;
    }

    private void Resource(TypeSchema type)
    {
        _ = ReadAttributes(type);
        Object(type, default);
    }

    /// <summary>An object with what the attributes gave and the child elements of the element at hand.</summary>
    /// <returns>Whether anything stands in it.</returns>
    private bool Object(TypeSchema type, Attributes attributes)
    {
        EnterContainer();
        output.Raw("{"u8);
        var level = new Level { LastIndex = -1 };
        if (type.Kind == TypeKind.Resource)
        {
            CountNode();
            output.Name("resourceType", isCompanion: false);
            output.String(type.Name);
            level.HasProperties = true;
        }

        if (attributes.Id is not null) Attribute("id", attributes.Id, ref level);
        Members(type, attributes.Url, ref level);
        output.Raw("}"u8);
        depth--;
        return level.HasProperties;
    }

    /// <summary>The child elements, one run of equal names after the other.</summary>
    /// <param name="url">Of an Extension: its attribute, to be written where the specification has the element.</param>
    private void Members(TypeSchema type, string? url, ref Level level)
    {
        var urlIndex = url is null ? int.MaxValue : type.FindElement("url")!.Index;
        if (!reader.IsEmptyElement)
        {
            while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
            {
                CheckTime();
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) StrayText();
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (FindProperty(type) is not { } property)
                {
                    SkipElement();
                    continue;
                }

                if (!ReferenceEquals(property, level.Property))
                {
                    EndRun(ref level);
                    if (property.Element.Index > urlIndex) Attribute("url", ref url, ref urlIndex, ref level);
                    BeginRun(property, ref level);
                }

                Item(property, ref level);
            }
        }

        EndRun(ref level);
        if (url is not null) Attribute("url", ref url, ref urlIndex, ref level);
    }

    /// <returns>Null when the element at hand is none of the type's; the fault has been added.</returns>
    private PropertySchema? FindProperty(TypeSchema type)
    {
        var name = reader.LocalName;
        Span<byte> utf8 = stackalloc byte[LongestName];
        var property = Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? type.FindProperty(utf8[..length]) : null;
        var isXhtml = property?.Type.Primitive == PrimitiveKind.Xhtml;
        var expected = isXhtml ? XmlNamespaces.Xhtml : XmlNamespaces.Fhir;
        if (reader.NamespaceURI == expected && property is not null && !IsAttribute(type, name)) return property;

        faults.Enter(Shown(name), -1);
        if (reader.NamespaceURI != expected) WrongNamespace(expected);
        else if (property is not null) faults.Add(IssueType.Structure, "unknown-element", $"'{name}' of {type.Name} is an attribute in XML, not an element.", Here);
        else
        {
            var hint = name.Length < LongestName ? UnknownProperty.Hint(name, type, schema) : null;
            faults.Add(IssueType.Structure, "unknown-element", $"'{Shown(name)}' is not an element of {type.Name}{hint ?? "."}", Here);
        }

        faults.Leave();
        return null;
    }

    private void BeginRun(PropertySchema property, ref Level level)
    {
        var index = property.Element.Index;
        if (index < level.LastIndex)
        {
            faults.Enter(property.Element.Name, -1);
            faults.Add(IssueType.Structure, "element-order", $"'{property.JsonName}' stands too late; XML keeps the order of the specification, where it comes before '{level.LastName}'.", Here);
            faults.Leave();
        }
        else if (index == level.LastIndex)
        {
            faults.Enter(property.Element.Name, -1);
            faults.Add(IssueType.Structure, "choice-twice", $"'{property.Element.Name}[x]' is given as '{level.LastName}' and as '{property.JsonName}'; it has one type at a time.", Here);
            faults.Leave();
        }

        level.Property = property;
        (level.Count, level.CompanionCount) = (0, 0);
        (level.HasValues, level.HasCompanions) = (false, false);
        if (index >= level.LastIndex) (level.LastIndex, level.LastName) = (index, property.JsonName);
        level.Start = output.Length;
        level.HadProperties = level.HasProperties;
        if (!property.Element.IsArray) return;

        StartProperty(property.JsonName, isCompanion: false, Here, ref level);
        EnterContainer();
        output.Raw("["u8);
    }

    private void EndRun(ref Level level)
    {
        if (level.Property is not { } property) return;
        level.Property = null;
        if (!property.Element.IsArray) return;

        output.Raw("]"u8);
        depth--;
        if (property.Type.Kind != TypeKind.Primitive) return;
        if (!level.HasValues)
        {
            output.Truncate(level.Start);
            level.HasProperties = level.HadProperties;
        }

        if (level.Companions is not { } companions) return;
        if (level.HasCompanions)
        {
            var main = output;
            output = companions;
            PadCompanions(level.Count, ref level);
            output = main;
            if (level.HasProperties) output.Raw(","u8);
            output.Name(property.JsonName, isCompanion: true);
            output.Raw("["u8);
            output.Append(companions);
            output.Raw("]"u8);
            CountNode();
            level.HasProperties = true;
        }

        companions.Truncate(0);
        spare.Push(companions);
        level.Companions = null;
    }

    /// <summary>The element at hand, as one item of the run.</summary>
    private void Item(PropertySchema property, ref Level level)
    {
        var place = Here;
        var isArray = property.Element.IsArray;
        faults.Enter(property.Element.Name, isArray ? level.Count : -1);
        if (level.Count > 0 && !isArray)
            faults.Add(IssueType.Structure, "too-many-items", $"'{property.JsonName}' stands here again; it occurs at most once.", place);

        if (property.Type.Kind == TypeKind.Primitive && property.Type.Primitive != PrimitiveKind.Xhtml)
        {
            Primitive(property, place, ref level);
        }
        else
        {
            if (!isArray) StartProperty(property.JsonName, isCompanion: false, place, ref level);
            else StartItem(place, ref level);
            if (property.Type.Primitive == PrimitiveKind.Xhtml) Narrative(place);
            else if (property.Type is { Kind: TypeKind.Resource, IsAbstract: true }) NestedResource(place);
            else Object(property.Type, ReadAttributes(property.Type));
        }

        level.Count++;
        faults.Leave();
    }

    /// <summary>A resource in an element of its own: <c>contained</c>, <c>resource</c>, <c>outcome</c>.</summary>
    private void NestedResource((int Line, int Unit) place)
    {
        _ = ReadAttributes(schema.FindType("Resource")!);
        var count = 0;
        if (!reader.IsEmptyElement)
        {
            while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) StrayText();
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (count++ > 0) faults.Add(IssueType.Structure, "too-many-items", "Another resource stands here; this element holds one.", Here);
                if (ResourceType() is { } type) Resource(type);
                else SkipElement();
            }
        }

        if (count == 0) faults.Add(IssueType.Structure, "resource-type", "No resource stands here; this element holds one.", place);
    }

    /// <summary>What is known of the object being written.</summary>
    private struct Level
    {
        /// <summary>Whether a comma goes before the next property.</summary>
        public bool HasProperties;

        /// <summary>Place in the specification of the furthest element so far, and its name.</summary>
        public int LastIndex;
        public string? LastName;

        /// <summary>The run of equal elements being read; null between runs.</summary>
        public PropertySchema? Property;

        /// <summary>Where the run starts in the output, and <see cref="HasProperties"/> before it.</summary>
        public int Start;
        public bool HadProperties;

        /// <summary>Items of the run so far.</summary>
        public int Count;
        public bool HasValues;

        /// <summary>Of an array of primitives: ids and extensions, made when the first turns up.</summary>
        public JsonOutput? Companions;
        public int CompanionCount;
        public bool HasCompanions;
    }
}
