using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Requests;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Finds the artifact that a request is about: by the id of the URL or the parameter, by url and version, or by identifier.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-artifact-operation.html</remarks>
internal sealed class ArtifactSelection(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options)
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <exception cref="FhirException">
    /// <c>required</c>: nothing names it; <c>invalid</c>: it is named in more than one way; <c>not-found</c>, <c>deleted</c>; <c>multiple-matches</c>: an identifier of several
    /// artifacts that are not versions of one.
    /// </exception>
    public async Task<ResourceDocument> GetAsync(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, CancellationToken cancellationToken)
    {
        var (id, url, identifier) = (request.Text("id"), request.Text("url"), request.Text("identifier"));
        var named = new[] { request.Id, id, url, identifier }.Count(each => each is not null);
        if (named == 0) throw new FhirException(Issue.Required($"There is no {request.Type} to work on: name one by its id in the URL, or by 'id', 'url' (with 'version') or 'identifier'."));
        if (named > 1) throw new FhirException(Issue.Invalid($"The {request.Type} is named in more than one way; use one of the id in the URL, 'id', 'url' and 'identifier'."));
        if ((request.Id ?? id) is { } key) return await StoredAsync(new ResourceKey(request.Type!, key), cancellationToken);
        return url is not null ? Named(request, url, versions(url.Split('|')[0]), bindings) : await IdentifiedAsync(request, identifier!, cancellationToken);
    }

    private static ResourceDocument Named(OperationRequest request, string url, IReadOnlyList<ResourceDocument> known, ArtifactVersions bindings)
    {
        var parts = url.Split('|');
        var written = request.Text("version") ?? (parts.Length > 1 ? parts[1] : null);
        var version = bindings.Of(new Dependency(DependencyKind.Canonical, parts[0], written, default));
        return known.FirstOrDefault(document => document.ResourceType == request.Type && (version is null || document.Root.TextOf("version") == version))
            ?? throw new FhirException(Issue.NotFound($"No {request.Type} with the url {parts[0]}{(version is null ? "" : $" and the version {version}")} is known here."));
    }

    private async Task<ResourceDocument> IdentifiedAsync(OperationRequest request, string identifier, CancellationToken cancellationToken)
    {
        if (searchParameters.Registry.Find(request.Type!, "identifier") is null)
            throw new FhirException(Issue.NotSupported($"A {request.Type} has no identifier to be found by; use 'id' or 'url'."));
        var search = SearchRequest.Bind(request.Type!, [new("identifier", identifier), new("_count", "100")], searchParameters.Registry, options with { Strict = true, MaxCount = 100, BaseUrl = request.Context.BaseUrl });
        var found = (await store.SearchAsync(search, cancellationToken)).Matches.Select(Parsed).ToList();
        if (found.Count == 0) throw new FhirException(Issue.NotFound($"No {request.Type} with the identifier {identifier} is known here."));
        if (found.Select(document => document.Root.TextOf("url")).Distinct().Count() > 1)
            throw new FhirException(Issue.MultipleMatches($"More than one {request.Type} has the identifier {identifier}; name one by 'url' or 'id'."));
        var version = request.Text("version");
        return found.Where(document => version is null || document.Root.TextOf("version") == version)
            .OrderBy(document => document.Root.TextOf("status") == "retired").ThenByDescending(document => document.Root.TextOf("version"), Model.Canonicals.BusinessVersionOrder.Instance).FirstOrDefault()
            ?? throw new FhirException(Issue.NotFound($"No {request.Type} with the identifier {identifier} and the version {version} is known here."));
    }

    private async Task<ResourceDocument> StoredAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return current.IsDeleted ? throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}.")) : Parsed(current);
    }

    private static ResourceDocument Parsed(ResourceVersion version) => ResourceDocument.Parse(version.Body, limits: Unlimited);
}
