using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>A place in a document: an id of a DocumentReference, and zero-based offset and length in UTF-16 units of its text.</summary>
public readonly record struct SourcePlace(string DocumentId, int Offset, int Length);

/// <summary>An element that names what it was taken from.</summary>
/// <param name="Path">FHIRPath from the root.</param>
/// <param name="Places">Those of documents, in order; empty for one that a code table or a reviewer gave.</param>
/// <param name="Table">Canonical of the ConceptMap that added the code; null for what no table added.</param>
/// <param name="Correction">Reference of the Provenance that says who corrected it; null for what stands as it was read.</param>
public sealed record StatedElement(string Path, Element Element, IReadOnlyList<SourcePlace> Places, string? Table, string? Correction);

/// <summary>What a resource itself says of where its elements are from.</summary>
/// <remarks>https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html</remarks>
public static class StatedElements
{
    internal const string DerivationReference = "http://hl7.org/fhir/StructureDefinition/derivation-reference";
    internal const string Correction = "http://myeloma-fhir.org/fhir/StructureDefinition/review-correction";
    private const string CodeSource = "http://myeloma-fhir.org/fhir/StructureDefinition/code-source";

    /// <returns>In document order, an element before what is in it; contained resources are not looked at.</returns>
    public static IReadOnlyList<StatedElement> Of(ResourceDocument resource)
    {
        var found = new List<StatedElement>();
        Walk(resource.Root, found);
        return found;
    }

    /// <summary>The place that an extension names.</summary>
    /// <returns>Null for one that names no place in a document.</returns>
    public static SourcePlace? PlaceOf(Element derivationReference)
    {
        string? reference = null;
        int? offset = null, length = null;
        foreach (var part in derivationReference.Children("extension"))
        {
            switch (part.TextOf("url"))
            {
                case "reference": reference = part.Child("value")?.TextOf("reference"); break;
                case "offset": offset = Number(part); break;
                case "length": length = Number(part); break;
            }
        }

        return reference?.Split('/') is ["DocumentReference", var id] && offset is { } start && length is { } size ? new SourcePlace(id, start, size) : null;
    }

    private static void Walk(Element element, List<StatedElement> found)
    {
        foreach (var child in element.Children())
        {
            if (child.IsResource || IsSource(child)) continue;
            if (Read(child) is { } stated) found.Add(stated);
            Walk(child, found);
        }
    }

    private static StatedElement? Read(Element element)
    {
        var places = new List<SourcePlace>();
        string? table = null, correction = null;
        foreach (var extension in element.Children("extension"))
        {
            switch (extension.TextOf("url"))
            {
                case DerivationReference when PlaceOf(extension) is { } place: places.Add(place); break;
                case CodeSource: table = extension.TextOf("value"); break;
                case Correction: correction = extension.Child("value")?.TextOf("reference"); break;
            }
        }

        return places.Count == 0 && table is null && correction is null ? null : new StatedElement(element.Document.ExpressionOf(element), element, places, table, correction);
    }

    private static bool IsSource(Element element) =>
        element.Type.Name == "Extension" && element.TextOf("url") is DerivationReference or CodeSource or Correction;

    private static int? Number(Element part) => int.TryParse(part.TextOf("value"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
