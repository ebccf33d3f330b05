using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Tree navigation, section 5.8. https://hl7.org/fhirpath/N1/#tree-navigation</summary>
internal static class NavigationFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("children", 0, 0, Children),
        new("descendants", 0, 0, Descendants),
    ];

    /// <summary>The child elements in the order of the document; of a primitive its id and extensions.</summary>
    private static Collection Children(Collection input, Arguments arguments)
    {
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            if (!item.IsElement) continue;
            foreach (var child in item.Element.Children())
            {
                arguments.Frame.Step();
                result.Add(child);
            }
        }

        return result.ToCollection();
    }

    /// <summary>All elements below, each before its own children.</summary>
    private static Collection Descendants(Collection input, Arguments arguments)
    {
        var result = default(CollectionBuilder);
        foreach (var item in input)
            if (item.IsElement) Walk(item.Element, arguments.Frame, ref result);
        return result.ToCollection();
    }

    /// <summary>As deep as the document, whose depth the parser limits.</summary>
    private static void Walk(Element element, Frame frame, ref CollectionBuilder result)
    {
        foreach (var child in element.Children())
        {
            frame.Step();
            result.Add(child);
            Walk(child, frame, ref result);
        }
    }
}
