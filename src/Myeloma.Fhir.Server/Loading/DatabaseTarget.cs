using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Loading;

/// <summary>The database, by way of the interactions: the loader's writes are no other than a client's.</summary>
internal sealed class DatabaseTarget(FhirServices services) : ILoadTarget
{
    private static readonly InteractionContext Context = new("http://myeloma-fhir.org/fhir");

    public async Task<Dictionary<(string Type, string Id), byte[]>> LoadedAsync(CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<(string, string), byte[]>();
        foreach (var type in R4Schema.Instance.ResourceTypes)
            foreach (var version in await TaggedAsync(type, LoadPlan.TagCode, cancellationToken)) loaded[(version.Key.Type, version.Key.Id)] = version.Body.ToArray();
        return loaded;
    }

    public async Task<IReadOnlyList<byte[]>> ReviewsAsync(CancellationToken cancellationToken) =>
        [.. (await TaggedAsync("Provenance", ReviewDecision.TagCode, cancellationToken)).Select(version => version.Body.ToArray())];

    private async Task<List<ResourceVersion>> TaggedAsync(string type, string code, CancellationToken cancellationToken)
    {
        var found = new List<ResourceVersion>();
        var search = SearchRequest.Bind(
            type, [new("_tag", $"{LoadPlan.TagSystem}|{code}"), new("_count", "1000"), new("_total", "none")], services.SearchParameters.Registry, new SearchOptions { Strict = true });
        for (string? cursor = null; ;)
        {
            var page = await services.Store.SearchAsync(search with { Cursor = cursor }, cancellationToken);
            found.AddRange(page.Matches);
            cursor = page.NextCursor;
            if (cursor is null) return found;
        }
    }

    public async Task<Dictionary<(string Type, string Id), byte[]>> FindAsync(IReadOnlyList<(string Type, string Id)> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, string), byte[]>();
        foreach (var key in keys)
        {
            if (await services.Store.FindAsync(new ResourceKey(key.Type, key.Id), cancellationToken) is { IsDeleted: false } version)
                found[key] = version.Body.ToArray();
        }

        return found;
    }

    public async Task WriteAsync(byte[] transaction, CancellationToken cancellationToken) =>
        await services.Transaction.HandleAsync(ResourceDocument.Parse(transaction), Context, cancellationToken);
}
