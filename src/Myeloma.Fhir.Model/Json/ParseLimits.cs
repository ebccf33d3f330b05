namespace Myeloma.Fhir.Model.Json;

/// <summary>What a document may cost to parse. Past one of them the parse ends with an issue that names it: <c>too-costly</c> for time, else <c>too-long</c>.</summary>
/// <param name="MaxBytes">Size of one document in bytes.</param>
/// <param name="MaxDepth">Nesting of objects and arrays.</param>
/// <param name="MaxNodes">Number of JSON values.</param>
/// <param name="MaxStringBytes">Length of one string as written, in bytes.</param>
public sealed record ParseLimits(int MaxBytes, int MaxDepth, int MaxNodes, int MaxStringBytes)
{
    /// <summary>How long one document may be read; looked at every few thousand values. 30 seconds unless said otherwise.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>64 MB, depth 64, 4 million values, strings of 32 MB, 30 seconds.</summary>
    public static readonly ParseLimits Default = new(64 << 20, 64, 4_000_000, 32 << 20);
}
