using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$diff</c>: what turns one version of a resource into another, or one resource into another, as a FHIRPath Patch.</summary>
/// <remarks>No operation of R4; the names of its parameters are those that HAPI has. The answer can be sent as a PATCH. https://hl7.org/fhir/R4/fhirpatch.html</remarks>
public sealed class DiffOperation(ResourceStore store, PatchLimits limits) : IOperation
{
    private static readonly string[] SideNames = ["from", "to"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$diff",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/diff",
        Levels = OperationLevels.System | OperationLevels.Instance,
        Parameters =
        [
            new("from", OperationParameter.Any),
            new("to", OperationParameter.Any),
            new("fromVersion", "positiveInt"),
            new("includeMeta", "boolean"),
        ],
    };

    /// <returns>200 with Parameters; without <c>parameter</c> when nothing differs.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>, <c>deleted</c>: a version or resource that is named is not here, or there is none before; <c>required</c>: at the base URL both sides are named;
    /// <c>invalid</c>: a side that is neither version, reference nor resource, or resources of two types; <c>too-costly</c>: past the limit of size.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        ResourceKey? own = request.Id is { } id ? new ResourceKey(request.Type!, id) : null;
        if (own is null) RefuseMissing(request);
        if (request.Text("fromVersion") is not null && request.Arguments("from").Any())
            throw new FhirException(Issue.Invalid("'from' and 'fromVersion' name the same side; give one of them."));

        var sides = new ComparedSides(store, limits);
        var to = await sides.FindAsync(request, "to", own, cancellationToken)
            ?? await sides.CurrentAsync(own!.Value, cancellationToken);
        var from = await sides.FindAsync(request, request.Text("fromVersion") is null ? "from" : "fromVersion", own, cancellationToken)
            ?? await sides.BeforeAsync(to, own!.Value, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", ResourceDifference.Between(from.Document, to.Document, request.Boolean("includeMeta") == true)));
    }

    private static void RefuseMissing(OperationRequest request)
    {
        List<Issue> issues = [.. SideNames.Where(name => !request.Arguments(name).Any())
            .Select(name => Issue.Required($"At the base URL '$diff' needs the parameter '{name}', a reference or a resource."))];
        if (issues.Count > 0) throw new FhirException(issues);
    }
}
