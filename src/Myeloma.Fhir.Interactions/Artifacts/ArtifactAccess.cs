using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>The artifacts of this server as operations ask for them, by everything committed by now.</summary>
internal sealed class ArtifactAccess(ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ArtifactSettings settings)
{
    /// <summary>Servers that a request may name and this one does not call.</summary>
    private static readonly string[] Endpoints = ["contentEndpoint", "terminologyEndpoint", "artifactEndpointConfiguration"];

    /// <exception cref="FhirException"><c>not-supported</c>: one for each server that a request names.</exception>
    public static void RefuseEndpoints(OperationRequest request)
    {
        var faults = Endpoints.SelectMany(request.Arguments)
            .Select(endpoint => Issue.NotSupported($"The parameter '{endpoint.Name}' is not supported: this server calls no other. Store here what is needed.", endpoint.Expression)).ToList();
        if (faults.Count > 0) throw new FhirException(faults);
    }

    /// <summary>The artifact that a request names, with everything it depends on.</summary>
    /// <exception cref="FhirException">
    /// <c>not-supported</c>: an endpoint; what <see cref="ArtifactVersions.Read"/>, <see cref="ArtifactSelection.GetAsync"/> and <see cref="DependencyTrace.FollowAsync"/> name.
    /// </exception>
    public async Task<TracedArtifacts> TraceAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        RefuseEndpoints(request);
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var bindings = ArtifactVersions.Read(request, versions);
        var root = await new ArtifactSelection(store, searchParameters, options).GetAsync(request, versions, bindings, cancellationToken);
        return await FollowAsync(root, versions, bindings, request.Context.BaseUrl, cancellationToken);
    }

    /// <summary>An artifact with everything it depends on.</summary>
    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <exception cref="FhirException">As <see cref="DependencyTrace.FollowAsync"/>.</exception>
    public Task<TracedArtifacts> FollowAsync(
        ResourceDocument root, Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, string baseUrl, CancellationToken cancellationToken) =>
        new DependencyTrace(versions, bindings, store, baseUrl, settings.MaxResources).FollowAsync(root, cancellationToken);
}
