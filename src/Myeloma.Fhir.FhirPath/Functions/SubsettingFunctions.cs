using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Subsetting, section 5.3. https://hl7.org/fhirpath/N1/#subsetting</summary>
internal static class SubsettingFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("single", 0, 0, (input, arguments) => input.SingleItem(arguments.Site) is null ? Collection.Empty : input),
        FunctionEntry.Compiled("first", 0, 0),
        new("last", 0, 0, (input, _) => input.Slice(Math.Max(0, input.Count - 1), 1)),
        new("tail", 0, 0, (input, _) => input.Slice(1, input.Count)),
        new("skip", 1, 1, (input, arguments) => arguments.Integer(0) is { } count ? input.Slice(Math.Max(0, count), input.Count) : input),
        new("take", 1, 1, (input, arguments) => arguments.Integer(0) is { } count ? input.Slice(0, count) : Collection.Empty),
        new("intersect", 1, 1, Intersect),
        new("exclude", 1, 1, Exclude),
    ];

    /// <summary><c>intersect(other)</c>: the items of both, without repetitions.</summary>
    private static Collection Intersect(Collection input, Arguments arguments) =>
        ExistenceFunctions.Distinct(arguments.Frame, Filter(input, arguments, isKept: true));

    /// <summary><c>exclude(other)</c>: the items that the other does not have; order and repetitions stay.</summary>
    private static Collection Exclude(Collection input, Arguments arguments) => Filter(input, arguments, isKept: false);

    private static Collection Filter(Collection input, Arguments arguments, bool isKept)
    {
        var other = arguments.Collection(0);
        arguments.Frame.Step(input.Count + other.Count);
        var known = new HashSet<Item>(other, new ItemComparer(arguments.Frame.Clock));
        var result = default(CollectionBuilder);
        foreach (var item in input)
            if (known.Contains(item) == isKept) result.Add(item);
        return result.ToCollection();
    }
}
