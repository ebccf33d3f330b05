using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary><c>$artifact-diff</c>: what turns one artifact into another, and what it is composed of and depends on with it.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-artifact-diff.html</remarks>
internal sealed class ArtifactDiffOperation(ArtifactAccess access, ExpandedValueSets expansions, ResourceStore store, CurrentDefinitions definitions, PatchLimits limits) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$artifact-diff",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/artifact-diff",
        Levels = OperationLevels.System | OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ArtifactOperations.Types,
        Parameters =
        [
            new("source", "canonical"), new("target", "canonical"), new("compareComputable", "boolean"), new("compareExecutable", "boolean"),
            new("artifactEndpointConfiguration", null, Max: int.MaxValue), new("terminologyEndpoint", "Endpoint"),
        ],
    };

    /// <returns>200 with Parameters, as <see cref="ArtifactDifference"/> writes them.</returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: no target, or no source where nothing tells which one is before; <c>invalid</c>: two types, or a target beside the instance; <c>not-found</c>, <c>deleted</c>: what is
    /// named; <c>not-supported</c>: an endpoint; <c>too-costly</c>: past the limits of size and of resources.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        ArtifactAccess.RefuseEndpoints(request);
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var sides = new ComparedSides(store, limits, versions);
        var target = await TargetAsync(request, sides, cancellationToken);
        var source = await sides.FindAsync(request, "source", target.Key, cancellationToken) ?? await BeforeAsync(request, target, sides, cancellationToken);
        var (computable, executable) = (request.Boolean("compareComputable"), request.Boolean("compareExecutable") == true);
        var difference = new ArtifactDifference(expansions, limits, computable != false, executable);
        await difference.AddAsync(source.Document, target.Document, cancellationToken);
        if (computable == true || executable)
        {
            var bindings = ArtifactVersions.Read(request, versions);
            await difference.AddRelatedAsync(
                await access.FollowAsync(source.Document, versions, bindings, request.Context.BaseUrl, cancellationToken),
                await access.FollowAsync(target.Document, versions, bindings, request.Context.BaseUrl, cancellationToken), computable == true, cancellationToken);
        }

        return FhirResponse.Ok(new ResourceContent("Parameters", difference.ToParameters()));
    }

    private static async Task<ComparedSide> TargetAsync(OperationRequest request, ComparedSides sides, CancellationToken cancellationToken)
    {
        if (request.Id is { } id)
        {
            if (request.Text("target") is not null) throw new FhirException(Issue.Invalid($"The target is {request.Type}/{id}, on which the operation is invoked; leave out 'target', or name both sides at the type or the base URL."));
            return await sides.CurrentAsync(new ResourceKey(request.Type!, id), cancellationToken);
        }

        request.GetText("target", "for the artifact that is compared");
        return (await sides.FindAsync(request, "target", null, cancellationToken))!;
    }

    /// <summary>What an artifact is compared with where nothing is named: the one it follows, else the version of its history before.</summary>
    private static async Task<ComparedSide> BeforeAsync(OperationRequest request, ComparedSide target, ComparedSides sides, CancellationToken cancellationToken)
    {
        if (await sides.PredecessorAsync(target, "source", request.Context, cancellationToken) is { } predecessor) return predecessor;
        if (target is { Key: { } key, Version: > 1 }) return await sides.VersionAsync(key, target.Version - 1, cancellationToken);
        throw new FhirException(Issue.Required("Nothing is known to be before the target; name what to compare with by 'source'."));
    }
}
