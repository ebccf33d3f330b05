using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary><c>$lint</c>: what rules of regimens have against a plan, each with what to do about it. An operation of our own; nothing is stored.</summary>
/// <remarks>The rules stand in src/Myeloma.Fhir.ClinicalReasoning/Linting/README.md. <c>$validate</c> tells the same beside what else is wrong.</remarks>
internal sealed class LintOperation(ResourceStore store, CurrentDefinitions definitions, RegimenLinting linting) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$lint",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/lint",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["PlanDefinition"],
        Parameters = [new("planDefinition", "PlanDefinition"), new("url", "uri"), new("version", "string")],
    };

    /// <returns>200 with an OperationOutcome; "All OK." when no rule objects.</returns>
    /// <exception cref="FhirException">What <see cref="AppliedDefinition.GetAsync"/> names; <c>too-costly</c>: past the limit of actions.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var plan = await new AppliedDefinition(store).GetAsync(request, versions, cancellationToken);
        var found = await linting.OfAsync(ResourceDocument.Of(plan), cancellationToken);

        // Lines are those of the plan; where there is a body, they may be others.
        var issues = request.Body is null ? found : found.Select(issue => issue with { Line = 0, Column = 0 });
        return FhirResponse.Ok(new OutcomeContent([.. issues.DefaultIfEmpty(Issue.Information("All OK."))]));
    }
}
