using System.Globalization;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>What was measured, beside what is wanted.</summary>
internal sealed class Figures
{
    private readonly List<(string What, double Measured, string Unit, double? Mark, bool IsMost)> rows = [];

    /// <summary>Something that is to be at least so much, or of which only the figure counts.</summary>
    public void AtLeast(string what, double measured, string unit, double? mark = null) => rows.Add((what, measured, unit, mark, false));

    /// <summary>Something that is to be at most so much.</summary>
    public void AtMost(string what, double measured, string unit, double mark) => rows.Add((what, measured, unit, mark, true));

    /// <summary>Tells all, and how loaded the machine is now.</summary>
    public void Write()
    {
        Console.WriteLine();
        Console.WriteLine("| figure | measured | mark | |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (what, measured, unit, mark, isMost) in rows)
        {
            var isReached = mark is not { } wanted ? "" : (isMost ? measured <= wanted : measured >= wanted) ? "reached" : "missed";
            Console.WriteLine($"| {what} | {Number(measured)} {unit} | {(mark is { } bound ? $"{(isMost ? "at most" : "at least")} {Number(bound)}" : "")} | {isReached} |");
        }

        if (File.Exists("/proc/loadavg")) Console.WriteLine($"Load of the machine at the end: {File.ReadAllText("/proc/loadavg").Trim()}; {Environment.ProcessorCount} processors.");
    }

    private static string Number(double value) => value.ToString(value >= 1000 ? "N0" : "0.###", CultureInfo.InvariantCulture);
}
