using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Comparison, section 6.2. https://hl7.org/fhirpath/N1/#comparison</summary>
internal static class ComparisonOperators
{
    /// <returns>One Boolean; Empty when either side is empty, dates differ in precision where it matters, or units do not compare.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item, or types without an order between them.</exception>
    public static Collection Compare(Frame frame, Collection left, Collection right, Site site, Func<int, bool> holds)
    {
        if (left.SingleValue(site) is not { } first || right.SingleValue(site) is not { } second) return Collection.Empty;
        if (!Ordering.TryCompare(first, second, frame.Clock, out var order))
            throw site.Fault($"{site.Name} can't compare {first.TypeName} with {second.TypeName}.");
        return order is { } known ? Collection.Of(holds(known)) : Collection.Empty;
    }
}
