using Myeloma.Fhir.Model.Elements.Checks;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>
/// Whether a document is shaped as R4 says: known properties in their places, JSON types, cardinalities, formats of primitives, codes of required bindings,
/// contained resources. Invariants and profiles are for the Validation room.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/datatypes.html. One walk; a sound document costs one small object, whatever its size.</remarks>
public static class StructuralCheck
{
    /// <summary>Issues reported of one document unless the caller says otherwise.</summary>
    public const int DefaultMaxIssues = 100;

    /// <returns>All faults in the order of the document, each with expression, line, column and message id; empty when it is sound.</returns>
    /// <param name="maxIssues">When there are more, the last issue says that the rest is left out.</param>
    public static IReadOnlyList<Issue> Check(ResourceDocument document, int maxIssues = DefaultMaxIssues)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxIssues, 1);
        var faults = new FaultList(document, maxIssues);
        new ShapeWalk(document, faults).Resource(0, document.Root.Type);
        return faults.Issues;
    }
}
