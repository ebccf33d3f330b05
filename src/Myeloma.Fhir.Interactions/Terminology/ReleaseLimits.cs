using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>What releases that are sent may cost.</summary>
/// <param name="MaxBytes">Of one as it is sent.</param>
/// <param name="MaxOpen">Imports that may wait or be worked on, on all servers of the database.</param>
/// <param name="MaxRunning">Imports that this server works on at a time; 0 leaves them to others.</param>
public sealed record ReleaseLimits(long MaxBytes = 4L << 30, int MaxOpen = 10, int MaxRunning = 1)
{
    /// <summary>What one may come to.</summary>
    public ReleaseBounds Bounds { get; init; } = new();
}
