using System.Globalization;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The cycles of a plan as tables: what is given in rows, the days in columns.</summary>
internal static class CycleGrid
{
    /// <summary>More days than a table can have columns are written as ranges.</summary>
    private const int MaxColumns = 42;

    /// <returns>Nothing for a plan that states no cycle.</returns>
    public static Html Render(IReadOnlyList<PlanCycle> cycles) => cycles.Count == 0
        ? Html.Empty
        : $"""<h2 id="cycles">Cycles and days</h2>{cycles.Select((cycle, index) => Cycle(cycle, index > 0 && cycles[index - 1].Part == cycle.Part))}""";

    private static Html Cycle(PlanCycle cycle, bool isSamePart)
    {
        var days = cycle.Members.SelectMany(member => member.Days).Distinct().Order().ToList();
        var title = cycle.Title ?? "Cycle";
        return $"""
            {(cycle.Part is null || isSamePart ? Html.Empty : $"<h3>{cycle.Part}</h3>")}
            <p><strong>{title}</strong> <span class="soft">· {cycle.Length}{(cycle.Count is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} {(count == 1 ? "time" : "times")}") : ", how often is not stated")}</span></p>
            <div class="scroll" tabindex="0" role="region" aria-label="Days of {title}">
            {(days.Count > MaxColumns ? Ranges(cycle) : Table(cycle, days))}
            </div>
            """;
    }

    private static Html Table(PlanCycle cycle, List<int> days) => $"""
        <table class="grid">
        <thead><tr><th scope="col" class="corner">Given</th>{days.Select(day => (Html)$"""<th scope="col">{Number(day)}</th>""")}</tr></thead>
        <tbody>{cycle.Members.Select(member => Row(member, days))}</tbody>
        </table>
        """;

    private static Html Row(PlanCycleMember member, List<int> days)
    {
        Html cells = member.Days.Count == 0 && days.Count > 0
            ? $"""<td colspan="{Number(days.Count)}" class="soft">no day stated</td>"""
            : Html.Concat(days.Select(day => member.Days.Contains(day) ? (Html)$"""<td><span aria-label="day {Number(day)}">●</span></td>""" : $"<td></td>"));
        return $"""<tr>{Head(member)}{cells}</tr>""";
    }

    private static Html Ranges(PlanCycle cycle) => $"""
        <table class="plain">
        <thead><tr><th scope="col">Given</th><th scope="col">Days</th></tr></thead>
        <tbody>{cycle.Members.Select(member => (Html)$"""<tr>{Head(member)}<td>{(member.Days.Count == 0 ? "no day stated" : InWords(member.Days))}</td></tr>""")}</tbody>
        </table>
        """;

    private static Html Head(PlanCycleMember member) =>
        $"""<th scope="row">{member.Title}{(member.Dosage is null ? Html.Empty : $"""<br><span class="soft">{member.Dosage}</span>""")}</th>""";

    /// <summary><c>1–21, 28</c></summary>
    private static string InWords(IReadOnlyList<int> days)
    {
        var parts = new List<string>();
        for (var start = 0; start < days.Count;)
        {
            var end = start;
            while (end + 1 < days.Count && days[end + 1] == days[end] + 1) end++;
            parts.Add(start == end ? Number(days[start]) : $"{Number(days[start])}–{Number(days[end])}");
            start = end + 1;
        }

        return string.Join(", ", parts);
    }

    private static string Number(int day) => day.ToString(CultureInfo.InvariantCulture);
}
