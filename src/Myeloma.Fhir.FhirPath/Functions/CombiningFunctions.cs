using Myeloma.Fhir.FhirPath.Evaluation;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Combining, section 5.4, and the operator <c>|</c>. https://hl7.org/fhirpath/N1/#combining</summary>
internal static class CombiningFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("union", 1, 1, (input, arguments) => Union(arguments.Frame, input, arguments.Collection(0))),
        new("combine", 1, 1, (input, arguments) => Combine(arguments.Frame, input, arguments.Collection(0))),
    ];

    /// <summary>The items of both, left ones first, without repetitions.</summary>
    public static Collection Union(Frame frame, Collection left, Collection right) =>
        ExistenceFunctions.Distinct(frame, Combine(frame, left, right));

    /// <summary>The items of both, left ones first.</summary>
    private static Collection Combine(Frame frame, Collection left, Collection right)
    {
        if (left.Count == 0) return right;
        if (right.Count == 0) return left;
        frame.Step(left.Count + right.Count);
        var result = default(CollectionBuilder);
        result.AddRange(left);
        result.AddRange(right);
        return result.ToCollection();
    }
}
