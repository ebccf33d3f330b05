using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary><c>$regimen-diff</c>: two versions of a regimen, or two regimens, compared as a person reads them. An operation of our own; nothing is stored.</summary>
internal sealed class RegimenDiffOperation(ResourceStore store, CurrentDefinitions definitions, ApplySettings settings, PatchLimits limits) : IOperation
{
    private static readonly string[] SideNames = ["from", "to"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$regimen-diff",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/regimen-diff",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["PlanDefinition"],
        Parameters = [new("from", OperationParameter.Any), new("to", OperationParameter.Any)],
    };

    /// <returns>200 with Parameters, as <see cref="RegimenDiffContent"/> has them. Where neither side is named, the plan is compared with the one it follows, else with its history.</returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: at the type both sides are named; <c>invalid</c>: a side that is no plan; <c>not-found</c>, <c>deleted</c>: what is named is not here, or there is no version before;
    /// <c>too-costly</c>: past the limits of size, of actions and of what differs.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        ResourceKey? own = request.Id is { } id ? new ResourceKey(request.Type!, id) : null;
        List<Issue> missing = own is not null ? [] : [.. SideNames.Where(name => !request.Arguments(name).Any())
            .Select(name => Issue.Required($"At the type '$regimen-diff' needs the parameter '{name}', a reference, a canonical or a resource."))];
        if (missing.Count > 0) throw new FhirException(missing);

        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var sides = new ComparedSides(store, limits, versions);
        var named = await sides.FindAsync(request, "to", own, cancellationToken);
        var to = named ?? await sides.CurrentAsync(own!.Value, cancellationToken);
        var from = await sides.FindAsync(request, "from", own, cancellationToken)
            ?? (named is null ? await sides.PredecessorAsync(to, "from", request.Context, cancellationToken) : null)
            ?? await sides.BeforeAsync(to, own!.Value, cancellationToken);
        List<Issue> faults = [.. new[] { (Name: "from", Side: from), (Name: "to", Side: to) }.Where(each => each.Side.Document.ResourceType != "PlanDefinition")
            .Select(each => Issue.Invalid($"The parameter '{each.Name}' names a {each.Side.Document.ResourceType}; plans are compared.", request.Arguments(each.Name).FirstOrDefault()?.Expression))];
        if (faults.Count > 0) throw new FhirException(faults);

        var sources = new ApplySources { Definitions = versions };
        var (before, after) = (RegimenReading.Of(from.Document.Root, sources, settings.Limits, cancellationToken), RegimenReading.Of(to.Document.Root, sources, settings.Limits, cancellationToken));
        return FhirResponse.Ok(new RegimenDiffContent(from, to, RegimenDifference.Between(before, after)));
    }
}
