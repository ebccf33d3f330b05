namespace Myeloma.Fhir.Model.Json;

/// <summary>What a document may cost to parse. Past one of them the parse ends with an issue <c>too-long</c> that names it.</summary>
/// <param name="MaxBytes">Size of one document in bytes.</param>
/// <param name="MaxDepth">Nesting of objects and arrays.</param>
/// <param name="MaxNodes">Number of JSON values.</param>
/// <param name="MaxStringBytes">Length of one string as written, in bytes.</param>
public sealed record ParseLimits(int MaxBytes, int MaxDepth, int MaxNodes, int MaxStringBytes)
{
    /// <summary>64 MB, depth 64, 4 million values, strings of 32 MB.</summary>
    public static readonly ParseLimits Default = new(64 << 20, 64, 4_000_000, 32 << 20);
}
