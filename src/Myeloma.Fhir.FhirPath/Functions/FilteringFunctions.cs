using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Filtering and projection, section 5.2. <c>ofType()</c> is compiled as an operator. https://hl7.org/fhirpath/N1/#filtering-and-projection</summary>
internal static class FilteringFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("where", 1, 1, Where),
        new("select", 1, 1, Select),
        new("repeat", 1, 1, Repeat),
    ];

    /// <summary><c>where(criteria)</c>: the items for which the criteria hold.</summary>
    private static Collection Where(Collection input, Arguments arguments)
    {
        if (input.Count == 1) return arguments.Holds(0, input[0], 0) == true ? input : Collection.Empty;
        var result = default(CollectionBuilder);
        var index = 0;
        foreach (var item in input)
            if (arguments.Holds(0, item, index++) == true) result.Add(item);
        return result.ToCollection();
    }

    /// <summary><c>select(projection)</c>: what the projection gives for each item, one after the other.</summary>
    private static Collection Select(Collection input, Arguments arguments)
    {
        if (input.Count == 1) return arguments.ForItem(0, input[0], 0);
        var result = default(CollectionBuilder);
        var index = 0;
        foreach (var item in input)
        {
            var part = arguments.ForItem(0, item, index++);
            arguments.Frame.Step(part.Count);
            result.AddRange(part);
        }

        return result.ToCollection();
    }

    /// <summary><c>repeat(projection)</c>: the projection of the input, of what that gives, and so on, until nothing new comes.</summary>
    /// <returns>Without repetitions and without the input; order level by level.</returns>
    private static Collection Repeat(Collection input, Arguments arguments)
    {
        var seen = new HashSet<Item>(new ItemComparer(arguments.Frame.Clock));
        var result = default(CollectionBuilder);
        var level = input;
        while (level.Count > 0)
        {
            var next = default(CollectionBuilder);
            var index = 0;
            foreach (var item in level)
            {
                foreach (var found in arguments.ForItem(0, item, index++))
                {
                    arguments.Frame.Step();
                    if (!seen.Add(found)) continue;
                    next.Add(found);
                    result.Add(found);
                }
            }

            level = next.ToCollection();
        }

        return result.ToCollection();
    }
}
