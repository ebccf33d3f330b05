using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Caching;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>An operation of terminology: takes the parameters to the engine, with everything that is stored as of now. https://hl7.org/fhir/R4/terminology-service.html</summary>
/// <param name="answer">The engine's part: the catalog and the parameters in, one resource as JSON out.</param>
/// <param name="instance">At an instance: the parameters that name it, by its resource.</param>
/// <param name="prepare">The engine's part in settling the question of a request but for its codes; null where that can't be done.</param>
public sealed class TerminologyOperation(
    OperationDefinition definition, CurrentDefinitions definitions, ResourceStore store, TerminologyCaches caches,
    Func<TerminologyCatalog, TerminologyArguments, byte[]> answer, Func<Element, IEnumerable<TerminologyArgument>>? instance = null,
    Func<TerminologyCatalog, TerminologyArguments, ReadOnlyMemory<byte>, PreparedQuestion?>? prepare = null) : IOperation
{
    private static readonly Dictionary<string, string> Withdrawn = new()
    {
        ["cache-id"] = "terminology caches are started with $cache-control, which gives out their ids, and named by the header X-Cache-Id.",
    };

    public OperationDefinition Definition { get; } = definition with { Refused = Withdrawn };

    /// <returns>200 with Parameters, or the ValueSet of <c>$expand</c>.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>, <c>deleted</c>: the resource of the URL; <c>not-found</c>: the cache that the request names, a value set, code system, code or supplement; others that the operations of the engine name;
    /// <c>transient</c>: the database can't be reached.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var catalog = await CatalogAsync(request, cancellationToken);
        var arguments = ArgumentsOf(request);
        if (request.Context.CacheId is { } cache)
        {
            catalog = catalog.With(CachedResources.Use(caches, cache, request.All.Select(argument => (argument.Name, argument.Resource?.Document))));
            arguments.RemoveAll(argument => argument.Name == "tx-resource");
        }

        if (HasManifest(request)) arguments.AddRange(ManifestArguments.Of(request, await definitions.FollowVersionsAsync(cancellationToken)));
        if (request.Id is not null)
        {
            var resource = await StoredAsync(new ResourceKey(request.Type!, request.Id), cancellationToken);
            catalog = catalog.With([resource]);
            arguments.InsertRange(0, instance!(resource.Root));
        }

        var json = answer(catalog, new TerminologyArguments(arguments, request.Context.AcceptLanguage));
        return FhirResponse.Ok(new ResourceContent(Definition.Name == "$expand" ? "ValueSet" : "Parameters", json));
    }

    /// <summary>Whether questions can be settled but for their codes.</summary>
    internal bool CanPrepare => prepare is not null;

    /// <summary>The question of a request at the type, settled but for its codes.</summary>
    /// <param name="answer">What <see cref="HandleAsync"/> said.</param>
    /// <returns>Null where that can't be done.</returns>
    /// <inheritdoc cref="HandleAsync" path="/exception"/>
    internal async Task<PreparedQuestion?> PrepareAsync(OperationRequest request, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken) =>
        HasManifest(request) || request.Context.CacheId is not null ? null : prepare!(await CatalogAsync(request, cancellationToken), new TerminologyArguments(ArgumentsOf(request), request.Context.AcceptLanguage), answer);

    /// <summary>Which maps there are matters to translations that name none.</summary>
    private async Task<TerminologyCatalog> CatalogAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        return Definition.Name == "$translate" && request.Text("url") is null ? catalog.Translating(await definitions.UrlsAsync("ConceptMap", cancellationToken)) : catalog;
    }

    /// <summary>Manifests change without being terminology.</summary>
    private static bool HasManifest(OperationRequest request) => request.Arguments("manifest").Any() || request.Arguments("manifestParameters").Any();

    private static List<TerminologyArgument> ArgumentsOf(OperationRequest request) =>
        [.. request.All.Where(argument => argument.Name is not ("manifest" or "manifestParameters")).Select(argument => new TerminologyArgument(argument.Name, argument.Text, argument.Parameter, argument.Resource?.Document.Root))];

    private async Task<ResourceDocument> StoredAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return current.IsDeleted
            ? throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."))
            : ResourceDocument.Parse(current.Body);
    }
}
