using Myeloma.Fhir.ClinicalReasoning;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>What one <c>$apply</c> of the server may cost.</summary>
/// <param name="Limits">Of applying.</param>
/// <param name="MaxResources">Resources of one type that are read of the subject, and resources that references lead to.</param>
public sealed record ApplySettings(ApplyLimits Limits, int MaxResources)
{
    public static readonly ApplySettings Default = new(ApplyLimits.Default, 1_000);
}
