using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Collections, section 6.4: <c>in</c> and <c>contains</c>; <c>|</c> is in <see cref="CombiningFunctions"/>. https://hl7.org/fhirpath/N1/#collections-2</summary>
internal static class CollectionOperators
{
    /// <returns>Whether the one item is among the others; Empty when there is no item, false when there are no others.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item asked about.</exception>
    public static Collection IsMember(Frame frame, Collection item, Collection others, Site site)
    {
        if (item.SingleItem(site) is not { } single) return Collection.Empty;
        frame.Step(others.Count);
        foreach (var other in others)
            if (frame.Equality.AreEqual(single, other) == true) return Collection.True;
        return Collection.False;
    }
}
