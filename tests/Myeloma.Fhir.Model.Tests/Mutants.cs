namespace Myeloma.Fhir.Model.Tests;

/// <summary>How many damaged examples a run tries, and what each of them may cost.</summary>
internal static class Mutants
{
    /// <summary>Of all fuzzers together; MYELOMA_TEST_MUTANTS sets another number.</summary>
    private static readonly int Total = int.TryParse(Environment.GetEnvironmentVariable("MYELOMA_TEST_MUTANTS"), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 200_000;

    /// <summary>Twelve in twenty are JSON, five XML, three go from JSON to XML and back, which costs most.</summary>
    public static int Json => Total / 20 * 12;

    public static int Xml => Total / 20 * 5;

    public static int JsonToXml => Total / 20 * 3;

    /// <summary>Runs the fuzzer, and looks at what is left of its memory afterwards and at the slowest mutant.</summary>
    /// <param name="count">Mutants to try.</param>
    /// <param name="attempt">One mutant; never ends with an exception of the reader.</param>
    public static void Run(int count, Action<int> attempt)
    {
        // The first ones fill the caches that stay.
        var warm = Math.Min(count, 2_000);
        for (var mutant = 0; mutant < warm; mutant++) attempt(mutant);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var slowest = TimeSpan.Zero;
        for (var mutant = warm; mutant < count; mutant++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            attempt(mutant);
            var took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            if (took > slowest) slowest = took;
        }

        // Both bounds are far above what a busy machine does: they tell a hang and a leak, no slowness. Other tests of the run use memory too.
        Assert.True(slowest < TimeSpan.FromSeconds(20), $"A mutant of a small example took {slowest}.");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 512L << 20);
    }
}
