using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Patch;

/// <summary>What one patch may cost.</summary>
public sealed record PatchLimits
{
    public static readonly PatchLimits Default = new();

    /// <summary>Operations of one patch.</summary>
    public int MaxOperations { get; init; } = 1_000;

    /// <summary>Wall-clock time of one patch; a path that is looked for is given up at its end.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>UTF-16 units of one path, pointer or selector.</summary>
    public int MaxPathLength { get; init; } = 4_000;

    /// <summary>Size of each of two resources that are compared.</summary>
    public int MaxDifferenceBytes { get; init; } = 4 << 20;

    /// <summary>Size of patch and result.</summary>
    public ParseLimits Parse { get; init; } = ParseLimits.Default;
}
