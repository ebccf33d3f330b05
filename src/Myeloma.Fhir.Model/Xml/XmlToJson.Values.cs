using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>Primitives, attributes and narratives, and the limits of them all.</summary>
internal sealed partial class XmlToJson
{
    /// <summary>No name of R4 is longer.</summary>
    private const int LongestName = 80;

    private const int ShownLength = 60;

    private readonly ByteBuffer narrative = new(256);

    /// <summary>What the attributes of an element hold; null for those it lacks.</summary>
    private record struct Attributes(string? Id, string? Url, string? Value);

    /// <summary>Where the reader stands; an element is counted from its angle bracket.</summary>
    private (int Line, int Unit) Here => (position.LineNumber, reader.NodeType == XmlNodeType.Element ? position.LinePosition - 1 : position.LinePosition);

    /// <summary>In XML attributes: the ids of all that is no resource, and an Extension's url.</summary>
    private static bool IsAttribute(TypeSchema type, string name) => name switch
    {
        "id" => type.Kind != TypeKind.Resource,
        "url" => type.Name == "Extension",
        _ => false,
    };

    /// <summary>The attributes of the element at hand; the reader stands on the element again afterwards.</summary>
    private Attributes ReadAttributes(TypeSchema type)
    {
        var found = default(Attributes);
        if (!reader.MoveToFirstAttribute()) return found;
        do
        {
            var space = reader.NamespaceURI;
            if (space == XmlNamespaces.Declaration) continue;
            if (space == XmlNamespaces.SchemaInstance && reader.LocalName is "schemaLocation" or "noNamespaceSchemaLocation") continue;
            var name = reader.LocalName;
            if (space.Length == 0 && name == "value" && type.Kind == TypeKind.Primitive) found.Value = AttributeValue();
            else if (space.Length == 0 && name == "id" && IsAttribute(type, name)) found.Id = AttributeValue();
            else if (space.Length == 0 && name == "url" && IsAttribute(type, name)) found.Url = AttributeValue();
            else UnknownAttribute(type);
        }
        while (reader.MoveToNextAttribute());
        reader.MoveToElement();
        return found;
    }

    private void UnknownAttribute(TypeSchema type)
    {
        var why = (reader.Name, type.Kind) switch
        {
            ("value", TypeKind.Resource) => "it holds elements",
            ("value", _) => $"{type.Name} is no primitive type",
            ("id", _) => "the id of a resource is an element",
            _ => null,
        };
        faults.Add(IssueType.Structure, "unknown-attribute", $"The attribute '{Shown(reader.Name)}' has no meaning here{(why is null ? "" : "; " + why)}.", Here);
    }

    private string AttributeValue()
    {
        var value = reader.Value;
        if (value.Length > limits.MaxStringBytes / 3 && Encoding.UTF8.GetByteCount(value) is var size && size > limits.MaxStringBytes)
            throw faults.TooLong("string-too-long", $"A string has {size} bytes; at most {limits.MaxStringBytes} are accepted.", Here);
        return value;
    }

    /// <summary>A property that is an attribute in XML.</summary>
    private void Attribute(string name, string value, ref Level level)
    {
        StartProperty(name, isCompanion: false, Here, ref level);
        CountNode();
        output.String(value);
    }

    private void Attribute(string name, ref string? value, ref int index, ref Level level)
    {
        Attribute(name, value!, ref level);
        (value, index) = (null, int.MaxValue);
    }

    /// <summary>A value and, beside it, id and extensions.</summary>
    private void Primitive(PropertySchema property, (int Line, int Unit) place, ref Level level)
    {
        var isArray = property.Element.IsArray;
        var attributes = ReadAttributes(property.Type);
        if (isArray) StartItem(place, ref level);
        else if (attributes.Value is not null) StartProperty(property.JsonName, isCompanion: false, place, ref level);

        if (attributes.Value is { } value) Value(property.Type, value, place);
        else if (isArray) output.Raw("null"u8);
        level.HasValues |= attributes.Value is not null;
        CountNode();

        var mayHaveCompanion = attributes.Id is not null || !reader.IsEmptyElement;
        var hasCompanion = mayHaveCompanion && (isArray ? CompanionItem(property, attributes, place, ref level) : Companion(property, attributes, place, ref level));
        if (attributes.Value is null && !hasCompanion)
            faults.Add(IssueType.Structure, "empty-element", $"'{property.JsonName}' has neither a value nor extensions.", place);
    }

    private void Value(TypeSchema type, string value, (int Line, int Unit) place)
    {
        if (type.Primitive is not (PrimitiveKind.Boolean or PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal))
        {
            output.String(value);
            return;
        }

        var start = Encoding.UTF8.GetBytes(value.Length <= PrimitiveFormat.MaxDecimalLength ? value : value[..(PrimitiveFormat.MaxDecimalLength + 1)]);
        if (PrimitiveFormat.Fault(type.Primitive, start) is { } fault)
            faults.Add(IssueType.Value, "invalid-" + type.Name, $"'{Shown(value)}' is no {type.Name}: {fault}", place);
        output.Raw(start);
    }

    private bool Companion(PropertySchema property, Attributes attributes, (int Line, int Unit) place, ref Level level)
    {
        var (start, hadProperties) = (output.Length, level.HasProperties);
        StartProperty(property.JsonName, isCompanion: true, place, ref level);
        if (Object(property.Type, attributes)) return true;
        output.Truncate(start);
        level.HasProperties = hadProperties;
        return false;
    }

    private bool CompanionItem(PropertySchema property, Attributes attributes, (int Line, int Unit) place, ref Level level)
    {
        var main = output;
        output = level.Companions ??= spare.TryPop(out var used) ? used : new JsonOutput(256);
        PadCompanions(level.Count, ref level);
        var start = output.Length;
        if (level.CompanionCount > 0) output.Raw(","u8);
        output.Mark(place);
        var hasCompanion = Object(property.Type, attributes);
        if (hasCompanion) level.CompanionCount++;
        else output.Truncate(start);
        level.HasCompanions |= hasCompanion;
        output = main;
        return hasCompanion;
    }

    /// <summary>Nulls for the items that have no id and no extensions.</summary>
    private void PadCompanions(int count, ref Level level)
    {
        for (; level.CompanionCount < count; level.CompanionCount++)
        {
            output.Raw(level.CompanionCount > 0 ? ",null"u8 : "null"u8);
            CountNode();
        }
    }

    private void Narrative((int Line, int Unit) place)
    {
        narrative.Truncate(0);
        CountNode();
        if (XhtmlText.Copy(reader, narrative) is var (words, line, unit))
            faults.Add(IssueType.Value, "invalid-xhtml", $"This is no xhtml: {words}", (line, unit));
        if (narrative.Length > limits.MaxStringBytes)
            throw faults.TooLong("string-too-long", $"A string has {narrative.Length} bytes; at most {limits.MaxStringBytes} are accepted.", place);
        output.String(narrative.Written);
    }

    private void StartProperty(string name, bool isCompanion, (int Line, int Unit) place, ref Level level)
    {
        if (level.HasProperties) output.Raw(","u8);
        level.HasProperties = true;
        output.Mark(place);
        output.Name(name, isCompanion);
    }

    private void StartItem((int Line, int Unit) place, ref Level level)
    {
        if (level.Count > 0) output.Raw(","u8);
        output.Mark(place);
    }

    private void StrayText() =>
        faults.Add(IssueType.Structure, "text-not-allowed", $"The text '{Shown(reader.Value.Trim())}' stands here; values are written in the attribute 'value'.", Here);

    private void WrongNamespace(string expected) =>
        faults.Add(IssueType.Structure, "wrong-namespace", reader.NamespaceURI.Length == 0
            ? $"<{Shown(reader.Name)}> is in no namespace; it belongs into {expected}."
            : $"<{Shown(reader.Name)}> is in the namespace {Shown(reader.NamespaceURI)}; it belongs into {expected}.", Here);

    /// <summary>Passes over what a fault has been added for.</summary>
    private void SkipElement()
    {
        if (reader.IsEmptyElement) return;
        for (var open = 1; open > 0 && reader.Read();)
        {
            CheckTime();
            if (reader.NodeType == XmlNodeType.EndElement) open--;
            if (reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement && ++open + depth > limits.MaxDepth) throw TooDeep();
        }
    }

    /// <summary>An object or array begins.</summary>
    private void EnterContainer()
    {
        if (depth >= limits.MaxDepth) throw TooDeep();
        depth++;
        CountNode();
    }

    private void CountNode()
    {
        if (++nodes > limits.MaxNodes) throw faults.TooLong("too-many-values", $"The document holds more than {limits.MaxNodes} values.", Here);
    }

    private void CheckTime()
    {
        if (clock.Tick()) throw faults.TooCostly(clock.Words, Here);
    }

    private FhirException TooDeep() => faults.TooLong("too-deep", $"The document nests deeper than {limits.MaxDepth} levels.", Here);

    private static string Shown(string text) => text.Length > ShownLength ? text[..ShownLength] + "…" : text;
}
