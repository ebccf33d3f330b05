using System.Globalization;
using Myeloma.Fhir.Loader;
using Spectre.Console;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>The end of a load for a person: a table at a terminal, tab-separated lines in a pipe; then the report.</summary>
internal static class LoadSummary
{
    public static void Write(LoadResult result, LoadPlan plan, bool isDryRun)
    {
        var rows = Rows(result, plan);
        if (Console.IsOutputRedirected)
        {
            foreach (var row in rows) Console.Out.WriteLine(string.Join('\t', row));
        }
        else
        {
            var table = new Table().AddColumns("type", "made", "created", "updated", "retired");
            foreach (var column in table.Columns.Skip(1)) column.RightAligned();
            foreach (var row in rows.Skip(1)) table.AddRow(row);
            AnsiConsole.Write(table);
        }

        Console.Out.WriteLine(result.Report.ToText());
        Console.Out.WriteLine(isDryRun ? "Dry run: nothing was changed." : plan.HasChanges ? "Loaded." : "Nothing had to be changed.");
    }

    private static List<string[]> Rows(LoadResult result, LoadPlan plan)
    {
        static ILookup<string, string> ByType(IEnumerable<string> references) => references.ToLookup(reference => reference[..reference.IndexOf('/')], StringComparer.Ordinal);
        var made = ByType(result.Resources.Select(resource => resource.Reference));
        var (created, updated, retired) = (ByType(plan.Created), ByType(plan.Updated), ByType(plan.Retired));
        static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

        List<string[]> rows = [["type", "made", "created", "updated", "retired"]];
        foreach (var type in made.Concat(retired).Select(group => group.Key).Distinct().Order(StringComparer.Ordinal))
            rows.Add([type, Number(made[type].Count()), Number(created[type].Count()), Number(updated[type].Count()), Number(retired[type].Count())]);
        rows.Add(["all", Number(result.Resources.Count), Number(plan.Created.Count), Number(plan.Updated.Count), Number(plan.Retired.Count)]);
        return rows;
    }
}
