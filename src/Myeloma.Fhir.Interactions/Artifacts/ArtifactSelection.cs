using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Requests;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Finds the artifact that a request is about: by the id of the URL or the parameter, by url and version, or by identifier.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-artifact-operation.html</remarks>
internal sealed class ArtifactSelection(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options)
{
    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <exception cref="FhirException">
    /// <c>required</c>: nothing names it; <c>invalid</c>: it is named in more than one way; <c>not-found</c>, <c>deleted</c>; <c>multiple-matches</c>: an identifier of several
    /// artifacts that are not versions of one.
    /// </exception>
    public Task<ResourceDocument> GetAsync(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, CancellationToken cancellationToken) =>
        SelectAsync(request, request.Text("version"), versions, bindings, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    /// <param name="asked">The version that is asked for besides the url or identifier; null when none is.</param>
    public async Task<ResourceDocument> SelectAsync(OperationRequest request, string? asked, Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, CancellationToken cancellationToken)
    {
        var (id, url, identifier) = (request.Text("id"), request.Text("url"), request.Text("identifier"));
        var named = new[] { request.Id, id, url, identifier }.Count(each => each is not null);
        if (named == 0) throw new FhirException(Issue.Required($"There is no {request.Type} to work on: name one by its id in the URL, or by 'id', 'url' (with 'version') or 'identifier'."));
        if (named > 1) throw new FhirException(Issue.Invalid($"The {request.Type} is named in more than one way; use one of the id in the URL, 'id', 'url' and 'identifier'."));
        if ((request.Id ?? id) is { } key) return await StoredAsync(new ResourceKey(request.Type!, key), cancellationToken);
        if (url is null) return await IdentifiedAsync(request, asked, identifier!, cancellationToken);
        var plain = url.Split('|')[0];
        return Named(request, asked, url, ArtifactMetadata.HasElements(request.Type!) ? versions(plain) : await ByExtensionAsync(request.Type!, plain, cancellationToken), bindings);
    }

    /// <summary>Resources of a type that has the url in an extension, of equals the one first that is meant without a version.</summary>
    /// <exception cref="FhirException"><c>not-supported</c>: no search parameter finds them.</exception>
    public async Task<IReadOnlyList<ResourceDocument>> ByExtensionAsync(string type, string url, CancellationToken cancellationToken)
    {
        if (searchParameters.Registry.Find(type, "url") is null) throw new FhirException(Issue.NotSupported($"A {type} has no url to be found by; use 'id'."));
        var search = SearchRequest.Bind(type, [new("url", Escaped(url)), new("_count", "1000")], searchParameters.Registry, options with { Strict = true, MaxCount = 1000 });
        return Ordered((await store.SearchAsync(search, cancellationToken)).Matches.Select(Parsed));
    }

    /// <summary>The latest first, active ones before drafts, and what is retired last.</summary>
    private static IReadOnlyList<ResourceDocument> Ordered(IEnumerable<ResourceDocument> found) =>
        [.. found.OrderBy(document => PublicationPrecedence.Of(ArtifactMetadata.Status(document.Root)?.Text)).ThenByDescending(document => ArtifactMetadata.Version(document.Root)?.Text, BusinessVersionOrder.Instance)];

    /// <summary>https://hl7.org/fhir/R4/search.html#escaping</summary>
    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    private static ResourceDocument Named(OperationRequest request, string? asked, string url, IReadOnlyList<ResourceDocument> known, ArtifactVersions bindings)
    {
        var parts = url.Split('|');
        var written = asked ?? (parts.Length > 1 ? parts[1] : null);
        var version = bindings.Of(new Dependency(DependencyKind.Canonical, parts[0], written, default));
        return known.FirstOrDefault(document => document.ResourceType == request.Type && (version is null || ArtifactMetadata.Version(document.Root)?.Text == version))
            ?? throw new FhirException(Issue.NotFound($"No {request.Type} with the url {parts[0]}{(version is null ? "" : $" and the version {version}")} is known here."));
    }

    private async Task<ResourceDocument> IdentifiedAsync(OperationRequest request, string? version, string identifier, CancellationToken cancellationToken)
    {
        if (searchParameters.Registry.Find(request.Type!, "identifier") is null)
            throw new FhirException(Issue.NotSupported($"A {request.Type} has no identifier to be found by; use 'id' or 'url'."));
        var search = SearchRequest.Bind(request.Type!, [new("identifier", identifier), new("_count", "100")], searchParameters.Registry, options with { Strict = true, MaxCount = 100, BaseUrl = request.Context.BaseUrl });
        var found = (await store.SearchAsync(search, cancellationToken)).Matches.Select(Parsed).ToList();
        if (found.Count == 0) throw new FhirException(Issue.NotFound($"No {request.Type} with the identifier {identifier} is known here."));
        if (found.Select(document => ArtifactMetadata.Url(document.Root)?.Text).Distinct().Count() > 1)
            throw new FhirException(Issue.MultipleMatches($"More than one {request.Type} has the identifier {identifier}; name one by 'url' or 'id'."));
        return Ordered(found.Where(document => version is null || ArtifactMetadata.Version(document.Root)?.Text == version)) is [var latest, ..] ? latest
            : throw new FhirException(Issue.NotFound($"No {request.Type} with the identifier {identifier} and the version {version} is known here."));
    }

    private async Task<ResourceDocument> StoredAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return current.IsDeleted ? throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}.")) : Parsed(current);
    }

    internal static ResourceDocument Parsed(ResourceVersion version) => ParsedVersions.Of(version);
}
