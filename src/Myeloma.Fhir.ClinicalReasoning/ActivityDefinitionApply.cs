using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Requests;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary><c>ActivityDefinition/$apply</c>: a request for one subject. Pure: the same activity, request and sources give the same bytes.</summary>
/// <remarks>https://hl7.org/fhir/R4/activitydefinition-operation-apply.html. Nothing of the result is stored.</remarks>
public sealed class ActivityDefinitionApply(ApplySources sources, ApplyLimits? limits = null)
{
    private readonly ApplyLimits limits = limits ?? ApplyLimits.Default;

    /// <param name="activity">An ActivityDefinition, of any status.</param>
    /// <returns>
    /// A resource of the kind the activity names (a MedicationRequest, when it names none but a product), containing what it points at and an OperationOutcome when there is
    /// something to know. What the kind must have and the activity does not give is marked as unknown.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: no kind; <c>not-supported</c>: a kind that is not made here, or one that can't say that something is not to be done; <c>too-costly</c>: past a limit.
    /// </exception>
    public byte[] Apply(Element activity, ApplyRequest request, CancellationToken cancellationToken = default)
    {
        var run = new ApplyRun(request, sources, limits, cancellationToken);
        var definition = new Definition(activity);
        run.Open(definition);
        if (new ActivityApplication(run).Apply(definition) is not { } made) throw new FhirException(run.Issues);
        Outcome.Add(made.Json, run.Resources, run.Issues);
        if (run.Resources.All.Count > 0) made.Json["contained"] = new JsonArray([.. run.Resources.All]);
        return SchemaOrder.ToJson(made.Json);
    }
}
