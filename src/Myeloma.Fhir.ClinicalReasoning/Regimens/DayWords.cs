using System.Globalization;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Days of a cycle in words.</summary>
public static class DayWords
{
    /// <summary><c>day 1</c>, <c>days 1, 4, 8, 11</c>, <c>days 1–21</c>; three and more in a row are a range.</summary>
    /// <param name="days">In any order.</param>
    public static string Of(IEnumerable<int> days)
    {
        var sorted = days.Distinct().Order().ToList();
        var parts = new List<string>();
        for (var start = 0; start < sorted.Count;)
        {
            var end = start;
            while (end + 1 < sorted.Count && sorted[end + 1] == sorted[end] + 1) end++;
            if (end - start >= 2) parts.Add($"{Number(sorted[start])}–{Number(sorted[end])}");
            else for (var at = start; at <= end; at++) parts.Add(Number(sorted[at]));
            start = end + 1;
        }

        return $"{(sorted.Count == 1 ? "day" : "days")} {string.Join(", ", parts)}";
    }

    private static string Number(int day) => day.ToString(CultureInfo.InvariantCulture);
}
