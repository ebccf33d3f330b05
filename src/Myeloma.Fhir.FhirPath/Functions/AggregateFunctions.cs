using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Aggregates, section 7, and sorting of the later edition. https://hl7.org/fhirpath/N1/#aggregates</summary>
internal static class AggregateFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("aggregate", 1, 2, Aggregate),
        new("sort", 0, int.MaxValue, Sort),
    ];

    /// <summary><c>aggregate(aggregator [, init])</c>: the aggregator for each item, which finds the result so far in <c>$total</c>.</summary>
    private static Collection Aggregate(Collection input, Arguments arguments)
    {
        var before = arguments.Frame.Total;
        var total = arguments.Collection(1);
        var index = 0;
        foreach (var item in input)
        {
            arguments.Frame.Total = total;
            total = arguments.ForItem(0, item, index++);
        }

        arguments.Frame.Total = before;
        return total;
    }

    /// <summary><c>sort([key, …])</c>: by the items, or by the keys; a key that begins with a minus sorts downwards. Items without a key come first.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a key that is not one value, or values without an order between them.</exception>
    private static Collection Sort(Collection input, Arguments arguments)
    {
        if (input.Count < 2) return input;
        arguments.Frame.Step(input.Count * 8);
        var rows = new List<(Item Item, SystemValue?[] Keys)>(input.Count);
        var place = 0;
        foreach (var item in input)
        {
            var keys = new SystemValue?[Math.Max(1, arguments.Count)];
            if (arguments.Count == 0) keys[0] = Collection.Of(item).SingleValue(arguments.Site);
            for (var i = 0; i < arguments.Count; i++) keys[i] = arguments.ForItem(i, item, place).SingleValue(arguments.Site);
            rows.Add((item, keys));
            place++;
        }

        for (var i = 0; i < rows[0].Keys.Length; i++) RequireOrder(rows.Select(row => row.Keys[i]).OfType<SystemValue>(), arguments);
        var comparer = Comparer<SystemValue?[]>.Create((left, right) => Compare(left, right, arguments));
        return Collection.Of(rows.OrderBy(row => row.Keys, comparer).Select(row => row.Item));
    }

    /// <summary>Before sorting: keys of one place must all have an order between them.</summary>
    private static void RequireOrder(IEnumerable<SystemValue> keys, Arguments arguments)
    {
        SystemValue? first = null;
        foreach (var key in keys)
        {
            first ??= key;
            if (!Ordering.TryCompare(first, key, arguments.Frame.Clock, out _))
                throw arguments.Site.Fault($"sort() can't put {first.TypeName} and {key.TypeName} in order.");
        }
    }

    private static int Compare(SystemValue?[] left, SystemValue?[] right, Arguments arguments)
    {
        for (var i = 0; i < left.Length; i++)
        {
            var order = (left[i], right[i]) switch
            {
                (null, null) => 0,
                (null, _) => -1,
                (_, null) => 1,
                ({ } first, { } second) => Ordering.TryCompare(first, second, arguments.Frame.Clock, out var found) ? found ?? 0 : 0,
            };
            if (order != 0) return i < arguments.Count && arguments.Call.IsDescending[i] ? -order : order;
        }

        return 0;
    }
}
