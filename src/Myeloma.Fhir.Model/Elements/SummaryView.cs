using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>The shortened forms of a resource that <c>_summary</c> asks for, cut from its bytes. https://hl7.org/fhir/R4/search.html#summary</summary>
/// <remarks>
/// Id, meta and mandatory elements stay in each form, and meta gets the tag SUBSETTED. What stays is copied as written; white space between properties is dropped.
/// </remarks>
public static class SummaryView
{
    /// <summary><c>_summary=true</c>: the elements that the definition marks as summary, at every level, and modifiers.</summary>
    public static byte[] Summary(ResourceDocument document) => SubsetWriter.Write(document, element => element.IsSummary, deep: true);

    /// <summary><c>_summary=text</c>: text, id, meta and mandatory top-level elements.</summary>
    public static byte[] TextOnly(ResourceDocument document) => SubsetWriter.Write(document, element => element.Name == "text", deep: false);

    /// <summary><c>_summary=data</c>: everything but text.</summary>
    public static byte[] DataOnly(ResourceDocument document) => SubsetWriter.Write(document, element => element.Name != "text" || !IsNarrative(element), deep: false);

    private static bool IsNarrative(ElementSchema element) => element.Types is [{ Type.Name: "Narrative" }];
}

/// <summary>The form that <c>_elements</c> asks for. https://hl7.org/fhir/R4/search.html#elements</summary>
public static class ElementsView
{
    /// <param name="elements">
    /// Names of top-level elements, <c>value</c> for <c>value[x]</c>; a name the type does not have changes nothing. Mandatory and modifier elements stay as well.
    /// </param>
    public static byte[] Apply(ResourceDocument document, IReadOnlyCollection<string> elements) =>
        SubsetWriter.Write(document, element => element.IsModifier || elements.Contains(element.Name), deep: false);
}

/// <summary>Copies the properties that stay.</summary>
internal static class SubsetWriter
{
    private static ReadOnlySpan<byte> SubsettedSystem => "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"u8;
    private static ReadOnlySpan<byte> Tag => "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}"u8;

    /// <param name="keep">Asked for each element that is not kept anyway.</param>
    /// <param name="deep">Whether it is asked below the top level too.</param>
    public static byte[] Write(ResourceDocument document, Func<ElementSchema, bool> keep, bool deep)
    {
        var output = new ByteBuffer(document.Bytes.Length + 160);
        WriteResource(document, keep, deep, output);
        return output.ToArray();
    }

    private static void WriteResource(ResourceDocument document, Func<ElementSchema, bool> keep, bool deep, ByteBuffer output)
    {
        var hasMeta = document.FindProperty(0, "meta"u8) >= 0;
        var hasId = document.FindProperty(0, "id"u8) >= 0;
        output.Add("{"u8);
        var first = true;
        var node = 1;
        for (var left = document.Nodes[0].Count; left > 0; left--, node = document.Nodes[node].Next)
        {
            var name = document.NameOf(node);
            var isId = name.SequenceEqual("id"u8);
            var isType = name.SequenceEqual("resourceType"u8);
            if (name.SequenceEqual("meta"u8))
            {
                Separate(output, ref first);
                output.Add("\"meta\":"u8);
                WriteMeta(document, node, output);
            }
            else if (isId || isType || Stays(document, node, document.Root.Type, keep))
            {
                WriteProperty(document, node, document.Root.Type, keep, deep, output, ref first);
            }

            if (hasMeta || !(hasId ? isId : isType)) continue;
            output.Add(",\"meta\":{\"tag\":["u8);
            output.Add(Tag);
            output.Add("]}"u8);
        }

        output.Add("}"u8);
    }

    private static bool Stays(ResourceDocument document, int node, TypeSchema type, Func<ElementSchema, bool> keep) =>
        PropertyOf(document, node, type) is { } property && (property.Element.Min > 0 || keep(property.Element));

    private static PropertySchema? PropertyOf(ResourceDocument document, int node, TypeSchema type)
    {
        var name = document.NameOf(node);
        return type.FindProperty(name.Length > 1 && name[0] == '_' ? name[1..] : name);
    }

    private static void WriteProperty(
        ResourceDocument document, int node, TypeSchema type, Func<ElementSchema, bool> keep, bool deep, ByteBuffer output, ref bool first)
    {
        Separate(output, ref first);
        output.Add("\""u8);
        output.Add(document.NameOf(node));
        output.Add("\":"u8);
        var valueType = deep ? PropertyOf(document, node, type)?.Type : null;
        if (valueType is null || !IsCut(valueType))
        {
            WriteWhole(document, node, output);
            return;
        }

        if (document.Nodes[node].Kind != JsonKind.Array)
        {
            WriteObject(document, node, valueType, keep, output);
            return;
        }

        output.Add("["u8);
        var item = node + 1;
        for (var left = document.Nodes[node].Count; left > 0; left--, item = document.Nodes[item].Next)
        {
            if (document.Nodes[item].Index > 0) output.Add(","u8);
            WriteObject(document, item, valueType, keep, output);
        }

        output.Add("]"u8);
    }

    /// <summary>Types that mark some of their own elements: inline ones, and data types such as Attachment; Extension marks none and stays whole.</summary>
    private static bool IsCut(TypeSchema type) =>
        type.Kind == TypeKind.Backbone
        || (type.Kind == TypeKind.Complex && type.Elements.Any(element => element.IsSummary && element.Name != "modifierExtension"));

    private static void WriteObject(ResourceDocument document, int node, TypeSchema type, Func<ElementSchema, bool> keep, ByteBuffer output)
    {
        if (document.Nodes[node].Kind != JsonKind.Object || !AnyStays(document, node, type, keep))
        {
            WriteWhole(document, node, output);
            return;
        }

        output.Add("{"u8);
        var first = true;
        var child = node + 1;
        for (var left = document.Nodes[node].Count; left > 0; left--, child = document.Nodes[child].Next)
            if (document.NameOf(child).SequenceEqual("id"u8) || Stays(document, child, type, keep))
                WriteProperty(document, child, type, keep, true, output, ref first);
        output.Add("}"u8);
    }

    /// <summary>An element that would be left empty is copied whole instead, since an empty one is not legal.</summary>
    private static bool AnyStays(ResourceDocument document, int node, TypeSchema type, Func<ElementSchema, bool> keep)
    {
        var child = node + 1;
        for (var left = document.Nodes[node].Count; left > 0; left--, child = document.Nodes[child].Next)
            if (!document.NameOf(child).SequenceEqual("id"u8) && Stays(document, child, type, keep)) return true;
        return false;
    }

    /// <summary>Meta as it is, with the tag among its tags.</summary>
    private static void WriteMeta(ResourceDocument document, int meta, ByteBuffer output)
    {
        if (document.Nodes[meta].Kind != JsonKind.Object)
        {
            output.Add("{\"tag\":["u8);
            output.Add(Tag);
            output.Add("]}"u8);
            return;
        }

        var tags = document.FindProperty(meta, "tag"u8);
        if (tags >= 0 && IsTagged(document, tags))
        {
            WriteWhole(document, meta, output);
            return;
        }

        var bytes = document.Bytes.Span;
        if (tags >= 0 && document.Nodes[tags].Kind == JsonKind.Array)
        {
            output.Add(bytes[document.Nodes[meta].Start..(document.Nodes[tags].End - 1)]);
            if (document.Nodes[tags].Count > 0) output.Add(","u8);
            output.Add(Tag);
            output.Add(bytes[(document.Nodes[tags].End - 1)..document.Nodes[meta].End]);
            return;
        }

        output.Add(bytes[document.Nodes[meta].Start..(document.Nodes[meta].End - 1)]);
        output.Add(document.Nodes[meta].Count > 0 ? ",\"tag\":["u8 : "\"tag\":["u8);
        output.Add(Tag);
        output.Add("]}"u8);
    }

    private static bool IsTagged(ResourceDocument document, int tags)
    {
        var tag = tags + 1;
        for (var left = document.Nodes[tags].Count; left > 0; left--, tag = document.Nodes[tag].Next)
        {
            if (document.Nodes[tag].Kind != JsonKind.Object) continue;
            var code = document.FindProperty(tag, "code"u8);
            var system = document.FindProperty(tag, "system"u8);
            if (code >= 0 && system >= 0 && document.RawOf(code).SequenceEqual("SUBSETTED"u8)
                && document.RawOf(system).SequenceEqual(SubsettedSystem)) return true;
        }

        return false;
    }

    private static void WriteWhole(ResourceDocument document, int node, ByteBuffer output)
    {
        var (start, end) = JsonSplice.Extent(document.Nodes[node]);
        output.Add(document.Bytes.Span[start..end]);
    }

    private static void Separate(ByteBuffer output, ref bool first)
    {
        if (!first) output.Add(","u8);
        first = false;
    }
}
