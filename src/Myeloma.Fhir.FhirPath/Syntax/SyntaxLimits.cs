namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>How large an expression may be: its tree is walked recursively.</summary>
public sealed record SyntaxLimits
{
    public static readonly SyntaxLimits Default = new();

    /// <summary>UTF-16 units.</summary>
    public int MaxLength { get; init; } = 100_000;

    /// <summary>Levels of the syntax tree; <c>a.b</c> has two.</summary>
    public int MaxDepth { get; init; } = 300;
}
