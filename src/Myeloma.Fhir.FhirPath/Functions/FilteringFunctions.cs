using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Filtering and projection, section 5.2. What is compiled has its evaluator in <c>Evaluation</c>. https://hl7.org/fhirpath/N1/#filtering-and-projection</summary>
internal static class FilteringFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        FunctionEntry.Compiled("where", 1, 1),
        FunctionEntry.Compiled("select", 1, 1),
        new("repeat", 1, 1, Repeat),
    ];

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
