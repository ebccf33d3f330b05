using System.Xml;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Xml;

/// <summary>One operation of an XML Patch. https://www.rfc-editor.org/rfc/rfc5261#section-4</summary>
internal sealed class XmlPatchStep
{
    private readonly XmlDocument document;
    private readonly XmlElement operation;
    private readonly string label;
    private readonly XmlSelector selector;

    public XmlPatchStep(XmlDocument document, XmlElement operation, int index, PatchLimits limits)
    {
        this.document = document;
        this.operation = operation;
        var place = FormattableString.Invariant($"patch[{index}]");
        if (operation.LocalName is not ("add" or "replace" or "remove"))
            throw PatchFault.Malformed(place, $"'{PatchFault.Shortened(operation.LocalName)}' is no operation; there are add, replace and remove.");
        var sel = operation.HasAttribute("sel") ? operation.GetAttribute("sel").Trim() : throw PatchFault.Malformed(place, $"'{operation.LocalName}' has no attribute 'sel'.");
        label = $"{place} ({operation.LocalName} {PatchFault.Shortened(sel)})";
        selector = XmlSelector.Parse(sel, operation, label, limits);
    }

    public void Apply()
    {
        switch (operation.LocalName)
        {
            case "add": Add(); break;
            case "replace": Replace(); break;
            default: Remove(); break;
        }
    }

    private void Add()
    {
        if (Located() is not { } node) return;
        var type = operation.GetAttribute("type");
        if (type.Length > 0)
        {
            if (node is not XmlElement element) throw Malformed("an attribute is added to an element.");
            AddAttribute(element, type);
            return;
        }

        var position = operation.GetAttribute("pos");
        var parent = position is "before" or "after" ? node.ParentNode : node;
        if (position is not ("" or "append" or "prepend" or "before" or "after")) throw Malformed($"'pos' is prepend, before or after, not '{PatchFault.Shortened(position)}'.");
        if (parent is not XmlElement) throw Inapplicable("there is no element there to put something into.");
        var next = position switch { "before" => node, "after" => node.NextSibling, "prepend" => node.FirstChild, _ => null };
        foreach (var child in Content()) parent.InsertBefore(document.ImportNode(child, deep: true), next);
    }

    private void AddAttribute(XmlElement element, string type)
    {
        const string declaration = "namespace::";
        if (type.StartsWith(declaration, StringComparison.Ordinal))
        {
            var prefix = Name(type[declaration.Length..]);
            element.SetAttribute($"xmlns:{prefix}", operation.InnerText);
            return;
        }

        var name = type.StartsWith("attribute::", StringComparison.Ordinal) ? type["attribute::".Length..]
            : type[0] == '@' ? type[1..]
            : throw Malformed($"'type' is '@name' or 'namespace::prefix', not '{PatchFault.Shortened(type)}'.");
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var space = colon < 0 ? "" : operation.GetNamespaceOfPrefix(name[..colon]);
        if (colon >= 0 && space.Length == 0) throw Malformed($"the prefix '{PatchFault.Shortened(name[..colon])}' is not declared.");
        var local = Name(name[(colon + 1)..]);
        if (element.HasAttribute(local, space)) throw Inapplicable($"the attribute '{name}' is there already; replace it.");
        var attribute = document.CreateAttribute(colon < 0 ? "" : name[..colon], local, space);
        attribute.Value = operation.InnerText;
        element.SetAttributeNode(attribute);
    }

    private void Replace()
    {
        if (Located() is not { } node) return;
        switch (node)
        {
            case XmlAttribute attribute:
                attribute.Value = operation.InnerText;
                break;
            case XmlElement element:
                var content = Content().Where(child => child is not XmlWhitespace and not XmlSignificantWhitespace).ToList();
                if (content is not [XmlElement single]) throw Malformed("an element is replaced by one element.");
                element.ParentNode!.ReplaceChild(document.ImportNode(single, deep: true), element);
                break;
            case XmlText or XmlCDataSection or XmlWhitespace or XmlSignificantWhitespace:
                var text = operation.InnerText;
                if (text.Length == 0) node.ParentNode!.RemoveChild(node);
                else node.ParentNode!.ReplaceChild(document.CreateTextNode(text), node);
                break;
            default:
                var other = Content().FirstOrDefault(child => child.NodeType == node.NodeType);
                if (other is null) node.ParentNode!.RemoveChild(node);
                else node.ParentNode!.ReplaceChild(document.ImportNode(other, deep: true), node);
                break;
        }
    }

    private void Remove()
    {
        if (Located() is not { } node) return;
        if (node is XmlAttribute attribute)
        {
            attribute.OwnerElement!.RemoveAttributeNode(attribute);
            return;
        }

        if (node == document.DocumentElement) throw Inapplicable("the resource itself can't be removed by a patch.");

        // White space is no content of a resource: where there is none to take along, nothing is missed.
        var space = operation.GetAttribute("ws");
        if (space is not ("" or "before" or "after" or "both")) throw Malformed($"'ws' is before, after or both, not '{PatchFault.Shortened(space)}'.");
        if (node is XmlElement && space is "before" or "both" && IsSpace(node.PreviousSibling)) node.ParentNode!.RemoveChild(node.PreviousSibling!);
        if (node is XmlElement && space is "after" or "both" && IsSpace(node.NextSibling)) node.ParentNode!.RemoveChild(node.NextSibling!);
        node.ParentNode!.RemoveChild(node);
    }

    /// <returns>The one node selected; null when a comment is looked for and there is none, since resources keep no comments.</returns>
    private XmlNode? Located()
    {
        var found = selector.Select(document, label);
        return found.Count switch
        {
            1 => found[0],
            0 when selector.EndsInComment => null,
            0 => throw Inapplicable(selector.HasNamesWithoutNamespace
                ? "it selects nothing: a name without prefix is in no namespace here; write f:name, or declare xmlns=\"http://hl7.org/fhir\" on the patch."
                : "it selects nothing."),
            var count => throw Inapplicable(FormattableString.Invariant($"it selects {count} nodes; it has to select one, for instance with an index.")),
        };
    }

    private List<XmlNode> Content() => [.. operation.ChildNodes.Cast<XmlNode>()];

    private static bool IsSpace(XmlNode? node) => node is XmlWhitespace or XmlSignificantWhitespace;

    private string Name(string name)
    {
        try
        {
            return XmlConvert.VerifyNCName(name);
        }
        catch (Exception exception) when (exception is XmlException or ArgumentException)
        {
            throw Malformed($"'{PatchFault.Shortened(name)}' is no name.");
        }
    }

    private FhirException Malformed(string words) => PatchFault.Malformed(label, words);

    private FhirException Inapplicable(string words) => PatchFault.Inapplicable(label, words);
}
