using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch.Difference;

namespace Myeloma.Fhir.Patch;

/// <summary>What turns one resource into another, as a FHIRPath Patch. https://hl7.org/fhir/R4/fhirpatch.html</summary>
public static class ResourceDifference
{
    /// <summary>The operations that turn <paramref name="from"/> into <paramref name="to"/>: <see cref="FhirPathPatch"/> applied to the one gives the content of the other.</summary>
    /// <param name="withStamps">Whether <c>meta.versionId</c> and <c>meta.lastUpdated</c> are compared, which a server gives and no client sets.</param>
    /// <returns>
    /// Parameters as UTF-8 JSON; without <c>parameter</c> when both say the same. Lists are aligned, so that what was put in, taken out or moved is an operation each; an element
    /// is replaced whole where that is shorter than its parts. Properties that R4 does not know, which no sound resource has, are passed over.
    /// </returns>
    /// <exception cref="FhirException"><c>invalid</c>: the resources are of two types, which no patch turns into each other.</exception>
    public static byte[] Between(ResourceDocument from, ResourceDocument to, bool withStamps = false)
    {
        if (from.ResourceType != to.ResourceType)
            throw new FhirException(Issue.Invalid($"A patch can't turn {from.ResourceType} into {to.ResourceType}; compare resources of one type."));
        var operations = new ElementDifference(withStamps).Between(from.ResourceType, from.Root, to.Root);
        return DifferenceWriting.ToParameters(operations);
    }
}
