using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>Replaces canonicals in a resource: those of contained resources too, those of <c>meta</c> not.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
public static class CanonicalRewrite
{
    /// <param name="replacement">The new text of a canonical, given the element it is in and itself; null leaves it as it is.</param>
    /// <returns>A new document; the same one when nothing was replaced. All other bytes are as they were.</returns>
    public static ResourceDocument Apply(ResourceDocument document, Func<Element, Element, string?> replacement)
    {
        var splice = new JsonSplice(document.Bytes);
        Visit(document.Root, replacement, splice);
        return splice.IsEmpty ? document : ResourceDocument.Parse(splice.Apply(), document.Schema, document.Limits);
    }

    private static void Visit(Element element, Func<Element, Element, string?> replacement, JsonSplice splice)
    {
        foreach (var child in element.Children())
        {
            if (child.Type.Name == "Meta") continue;
            if (child.Kind == JsonKind.String && child.Type.Name == "canonical" && replacement(element, child) is { } text)
            {
                var (start, end) = JsonSplice.Extent(child.Document.Nodes[child.ValueNode]);
                splice.Replace(start, end, JsonText.Quote(text));
            }

            Visit(child, replacement, splice);
        }
    }
}
