using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>A stretch of a document that states something.</summary>
/// <param name="Reference">The document, as written: <c>DocumentReference/x</c>.</param>
/// <param name="Offset">In UTF-16 units, zero-based.</param>
/// <param name="Length">In UTF-16 units.</param>
/// <remarks>https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html</remarks>
internal sealed record StatedPlace(string Reference, int Offset, int Length)
{
    private const string Url = "http://hl7.org/fhir/StructureDefinition/derivation-reference";

    /// <returns>Those that the element itself and what is in it cite, each once, in the order of the resource; empty for one without a source.</returns>
    public static IReadOnlyList<StatedPlace> In(Element element)
    {
        var places = new List<StatedPlace>();
        Collect(element, places);
        return [.. places.Distinct()];
    }

    /// <summary>The parts <c>reference</c>, <c>offset</c> and <c>length</c>.</summary>
    public void WriteParts(Utf8JsonWriter writer)
    {
        writer.WriteReferencePart("reference", Reference);
        writer.WriteInteger("offset", Offset);
        writer.WriteInteger("length", Length);
    }

    private static void Collect(Element element, List<StatedPlace> places)
    {
        foreach (var child in element.Children())
        {
            if (child.Type.Name == "Extension" && child.TextOf("url") == Url)
            {
                if (Read(child) is { } place) places.Add(place);
            }
            else
            {
                Collect(child, places);
            }
        }
    }

    private static StatedPlace? Read(Element extension)
    {
        string? reference = null;
        int? offset = null, length = null;
        foreach (var part in extension.Children("extension"))
        {
            if (part.TextOf("url") == "reference") reference = part.Child("value")?.TextOf("reference");
            else if (part.TextOf("url") == "offset") offset = Number(part);
            else if (part.TextOf("url") == "length") length = Number(part);
        }

        return reference is not null && offset is { } start && length is { } size ? new StatedPlace(reference, start, size) : null;
    }

    private static int? Number(Element part) => int.TryParse(part.TextOf("value"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
