using System.Diagnostics;
using System.Globalization;

namespace Myeloma.Fhir.Model.Json;

/// <summary>Counts steps of a parse, and looks at the time every few thousand of them, which costs nothing to speak of.</summary>
internal struct ParseClock(TimeSpan limit)
{
    private const int StepsBetweenLooks = 4_096;
    private readonly long start = Stopwatch.GetTimestamp();
    private int steps;

    /// <returns>Whether the time is up.</returns>
    public bool Tick() => ++steps % StepsBetweenLooks == 0 && Stopwatch.GetElapsedTime(start) >= limit;

    /// <summary>What to tell when it is.</summary>
    public readonly string Words => $"Reading the document takes longer than {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds, the limit (setting MaxParseSeconds); send it in parts.";
}
