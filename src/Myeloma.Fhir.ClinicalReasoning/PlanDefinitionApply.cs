using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary><c>PlanDefinition/$apply</c>: a plan for one subject. Pure: the same plan, request and sources give the same bytes.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-operation-apply.html. Nothing of the result is stored; all of it is a proposal.</remarks>
public sealed class PlanDefinitionApply(ApplySources sources, ApplyLimits? limits = null)
{
    private readonly ApplyLimits limits = limits ?? ApplyLimits.Default;

    /// <summary>Applies a plan in the form of R4.</summary>
    /// <param name="plan">A PlanDefinition, of any status.</param>
    /// <returns>
    /// A CarePlan that contains a RequestGroup with the actions that apply, one for each nested plan unless they are merged, Goals, requests, and one
    /// OperationOutcome when there is something to know: actions left out because it is not known whether they apply, definitions that are not known.
    /// </returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public byte[] ToCarePlan(Element plan, ApplyRequest request, CancellationToken cancellationToken = default)
    {
        var (run, groupId) = Apply(plan, request, cancellationToken);
        return CarePlanResult.Write(run, groupId);
    }

    /// <summary>Applies a plan in the form of later releases.</summary>
    /// <returns>A Bundle (collection): the RequestGroup of the plan, then the other resources that <see cref="ToCarePlan"/> contains, each pointed at by its fullUrl.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public byte[] ToBundle(Element plan, ApplyRequest request, CancellationToken cancellationToken = default)
    {
        var (run, _) = Apply(plan, request, cancellationToken);
        return BundleResult.Write(run, new Definition(plan));
    }

    private (ApplyRun Run, string GroupId) Apply(Element plan, ApplyRequest request, CancellationToken cancellationToken)
    {
        var run = new ApplyRun(request, sources, limits, cancellationToken);
        var definition = new Definition(plan);
        run.Open(definition);
        return (run, new PlanApplication(run).Apply(definition, "", 1));
    }
}
