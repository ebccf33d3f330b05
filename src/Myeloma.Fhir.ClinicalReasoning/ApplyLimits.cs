using Myeloma.Fhir.FhirPath;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>What one <c>$apply</c> or <c>$schedule</c> may cost; past a limit it ends with <c>too-costly</c>.</summary>
public sealed record ApplyLimits
{
    public static readonly ApplyLimits Default = new();

    /// <summary>Actions of the result, those of nested plans included and those that do not apply counted, too.</summary>
    public int MaxActions { get; init; } = 5_000;

    /// <summary>Actions inside one another, across nested plans. Each is two levels of the result's JSON, which readers allow 64 of.</summary>
    public int MaxActionDepth { get; init; } = 24;

    /// <summary>Definitions inside one another: a plan that uses a plan is two.</summary>
    public int MaxDefinitionDepth { get; init; } = 16;

    /// <summary>Conditions and dynamic values evaluated.</summary>
    public int MaxExpressions { get; init; } = 10_000;

    /// <summary>Actions on days that <c>$schedule</c> lays out.</summary>
    public int MaxScheduledDays { get; init; } = 50_000;

    /// <summary>Items of one list that a dynamic value may reach by its index.</summary>
    public int MaxIndex { get; init; } = 1_000;

    /// <summary>Of one expression.</summary>
    public EvaluationLimits Expression { get; init; } = new() { MaxSteps = 1_000_000, MaxTime = TimeSpan.FromSeconds(2) };

    /// <summary>Of everything; looked at before each action and expression.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);
}
