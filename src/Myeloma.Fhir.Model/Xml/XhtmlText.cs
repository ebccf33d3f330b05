using System.Xml;
using Myeloma.Fhir.Model.Elements.Checks;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>
/// The div of a narrative in its one written form: XHTML as default namespace, attributes in double quotes, character references as characters, white space,
/// comments and <c>&lt;br/&gt;</c> against <c>&lt;a&gt;&lt;/a&gt;</c> as they were.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/narrative.html#xhtml</remarks>
internal static class XhtmlText
{
    /// <summary>Copies the element the reader stands on; afterwards it stands on its end tag, or still on it when it is an empty tag.</summary>
    /// <returns>The first fault and its place as the reader gives it; null when there is none. With a fault the copy is of no use.</returns>
    /// <exception cref="XmlException">The text is not well-formed.</exception>
    public static (string Words, int Line, int Unit)? Copy(XmlReader reader, ByteBuffer target)
    {
        (string, int, int)? fault = null;
        var depth = 0;
        do
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var isEmpty = reader.IsEmptyElement;
                    Start(reader, target, isRoot: depth == 0, ref fault);
                    target.Add(isEmpty ? "/>"u8 : ">"u8);
                    if (isEmpty && depth == 0) return fault;
                    if (!isEmpty && ++depth > NarrativeFormat.MaxDepth) Fault(ref fault, reader, $"it nests deeper than {NarrativeFormat.MaxDepth} elements.");
                    break;
                case XmlNodeType.EndElement:
                    target.Add("</"u8);
                    XmlText.Plain(target, reader.LocalName);
                    target.Add(">"u8);
                    if (--depth == 0) return fault;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    XmlText.Text(target, reader.Value);
                    break;
                case XmlNodeType.Comment:
                    target.Add("<!--"u8);
                    XmlText.Plain(target, reader.Value);
                    target.Add("-->"u8);
                    break;
                default:
                    Fault(ref fault, reader, "it holds no document type or processing instruction.");
                    break;
            }
        }
        while (reader.Read());

        return fault;
    }

    private static void Start(XmlReader reader, ByteBuffer target, bool isRoot, ref (string, int, int)? fault)
    {
        if (reader.NamespaceURI != XmlNamespaces.Xhtml) Fault(ref fault, reader, $"<{reader.Name}> is not in the namespace {XmlNamespaces.Xhtml}.");
        if (isRoot && reader.LocalName != "div") Fault(ref fault, reader, "it is one <div> element.");
        target.Add("<"u8);
        XmlText.Plain(target, reader.LocalName);
        if (isRoot) target.Add("""
             xmlns="http://www.w3.org/1999/xhtml"
            """u8);
        if (!reader.MoveToFirstAttribute()) return;
        do
        {
            if (reader.NamespaceURI == XmlNamespaces.Declaration) continue;
            if (reader.Prefix is not ("" or "xml")) Fault(ref fault, reader, $"the attribute '{reader.Name}' is not one of XHTML.");
            target.Add(" "u8);
            XmlText.Plain(target, reader.Name);
            target.Add("=\""u8);
            XmlText.Attribute(target, reader.Value);
            target.Add("\""u8);
        }
        while (reader.MoveToNextAttribute());
        reader.MoveToElement();
    }

    private static void Fault(ref (string, int, int)? fault, XmlReader reader, string words)
    {
        if (fault is not null) return;
        var place = (IXmlLineInfo)reader;
        fault = (words, place.LineNumber, place.LinePosition);
    }
}
