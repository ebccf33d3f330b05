using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>What is particular to a kind of request; everything else follows from its type.</summary>
/// <param name="Draft">Its status under a draft definition; null where the type has none.</param>
/// <param name="Active">Its status under an active definition.</param>
/// <param name="Add">Sets elements that have other names or places than in the definition.</param>
internal sealed record RequestKind(string? Draft, string? Active, Action<Element, ResourceDraft, ApplyRun>? Add = null);
