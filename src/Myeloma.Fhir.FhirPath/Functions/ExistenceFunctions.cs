using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Existence, section 5.1. https://hl7.org/fhirpath/N1/#existence</summary>
internal static class ExistenceFunctions
{
    private const int FewItems = 8;

    public static readonly FunctionEntry[] Entries =
    [
        FunctionEntry.Compiled("empty", 0, 0),
        FunctionEntry.Compiled("exists", 0, 1),
        FunctionEntry.Compiled("all", 1, 1),
        new("allTrue", 0, 0, (input, arguments) => Collection.Of(Flags(input, arguments).All(flag => flag))),
        new("anyTrue", 0, 0, (input, arguments) => Collection.Of(Flags(input, arguments).Any(flag => flag))),
        new("allFalse", 0, 0, (input, arguments) => Collection.Of(Flags(input, arguments).All(flag => !flag))),
        new("anyFalse", 0, 0, (input, arguments) => Collection.Of(Flags(input, arguments).Any(flag => !flag))),
        new("subsetOf", 1, 1, (input, arguments) => Collection.Of(IsSubset(arguments, input, arguments.Collection(0)))),
        new("supersetOf", 1, 1, (input, arguments) => Collection.Of(IsSubset(arguments, arguments.Collection(0), input))),
        FunctionEntry.Compiled("count", 0, 0),
        new("distinct", 0, 0, (input, arguments) => Distinct(arguments.Frame, input)),
        new("isDistinct", 0, 0, (input, arguments) => Collection.Of(Distinct(arguments.Frame, input).Count == input.Count)),
        FunctionEntry.Compiled("not", 0, 0),
    ];

    /// <exception cref="FhirException"><c>invalid</c>: an item that is no Boolean.</exception>
    private static List<bool> Flags(Collection input, Arguments arguments)
    {
        var flags = new List<bool>(input.Count);
        foreach (var item in input)
            flags.Add(item.ToSystem() is SystemValue.Boolean flag ? flag.Value : throw arguments.Site.Expected("Booleans", Collection.Of(item)));
        return flags;
    }

    /// <summary>Pair by pair: faster than hashing as long as there are few.</summary>
    private static Collection DistinctOfFew(Frame frame, Collection input)
    {
        var equality = frame.Equality;
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            var isNew = true;
            for (var i = 0; i < result.Count && isNew; i++) isNew = equality.AreEqual(result[i], item) != true;
            if (isNew) result.Add(item);
        }

        return result.Count == input.Count ? input : result.ToCollection();
    }

    private static bool IsSubset(Arguments arguments, Collection part, Collection whole)
    {
        if (part.Count == 0) return true;
        arguments.Frame.Step(part.Count + whole.Count);
        var known = new HashSet<Item>(whole, new ItemComparer(arguments.Frame.Clock));
        foreach (var item in part)
            if (!known.Contains(item)) return false;
        return true;
    }

    /// <summary>The items without repetitions, each at its first place. What can't be compared counts as different.</summary>
    public static Collection Distinct(Frame frame, Collection input)
    {
        if (input.Count < 2) return input;
        frame.Step(input.Count);
        if (input.Count <= FewItems) return DistinctOfFew(frame, input);
        var seen = new HashSet<Item>(input.Count, new ItemComparer(frame.Clock));
        var result = default(CollectionBuilder);
        foreach (var item in input)
            if (seen.Add(item)) result.Add(item);
        return result.Count == input.Count ? input : result.ToCollection();
    }
}
