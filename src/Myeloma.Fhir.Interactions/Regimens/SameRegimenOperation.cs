using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary><c>$same-regimen</c>: the fingerprints of a plan, the stored plans with the same drugs, and what each source says. An operation of our own; nothing is stored.</summary>
internal sealed class SameRegimenOperation(
    ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ApplySettings settings, ArtifactSettings artifacts) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$same-regimen",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/same-regimen",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["PlanDefinition"],
        Parameters = [new("planDefinition", "PlanDefinition"), new("url", "uri"), new("version", "string")],
    };

    /// <returns>200 with Parameters, as <see cref="SameRegimenContent"/> has them.</returns>
    /// <exception cref="FhirException">What <see cref="AppliedDefinition.GetAsync"/> names; <c>too-costly</c>: past the limits of actions, and of plans that are read.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var plan = await new AppliedDefinition(store).GetAsync(request, versions, cancellationToken);
        var sources = new ApplySources { Definitions = versions };
        var content = RegimenReading.Of(plan, sources, settings.Limits, cancellationToken);
        var keys = new DrugKeys(store, request.Context.BaseUrl, await SameCodes.FollowAsync(definitions, versions, cancellationToken));
        await keys.ReadAsync(content, cancellationToken);
        var fingerprint = RegimenFingerprint.Of(content, keys.Of);
        ResourceKey? own = plan.Document.Id is { } id && !request.TryResource("planDefinition", out _) ? new ResourceKey("PlanDefinition", id) : null;
        var search = new SameRegimenSearch(
            store, searchParameters.Registry, options with { BaseUrl = request.Context.BaseUrl }, sources, settings.Limits, keys, artifacts.MaxResources);
        var found = await search.FindAsync(content, fingerprint, own, cancellationToken);
        return FhirResponse.Ok(new SameRegimenContent(content, fingerprint, keys, found));
    }
}
