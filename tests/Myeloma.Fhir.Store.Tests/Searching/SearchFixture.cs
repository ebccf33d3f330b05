using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>A store whose resources carry the index rows that a test gives them.</summary>
public sealed class SearchFixture : IAsyncLifetime
{
    private readonly StoreFixture inner = new();
    private readonly ConcurrentDictionary<string, IndexRows> rowsByText = new();
    private int last;

    public ResourceStore Store { get; private set; } = null!;

    public StoreFixture Inner => inner;

    public async Task InitializeAsync()
    {
        await inner.InitializeAsync();
        Store = WithOptions(inner.Options);
    }

    public Task DisposeAsync() => inner.DisposeAsync();

    /// <summary>What a test does to each store that searches for it.</summary>
    public Func<ResourceStore, ResourceStore> Prepare { get; set; } = store => store;

    public ResourceStore WithOptions(StoreOptions options) => Prepare(new(
        inner.DataSource, options, inner.Time,
        document => rowsByText.GetValueOrDefault(document.Root.Child("code")?.TextOf("text") ?? "", new IndexRows())));

    /// <summary>A parameter of its own for a test, so that tests do not see each other's resources.</summary>
    public async Task<SearchParameter> ParameterAsync(SearchParameterType type, string resourceType = "Basic", string? code = null)
    {
        code ??= $"p{Interlocked.Increment(ref last)}";
        var registered = await StoreSetup.SearchParameterIdsAsync(
            inner.DataSource, [new SearchParameterIdentity(resourceType, code, $"http://example.org/{resourceType}-{code}", "1")], default);
        return new SearchParameter { ResourceType = resourceType, Code = code, Url = registered[0].Identity.Url, Type = type, Id = registered[0].Id };
    }

    public Task AddAsync(string id, Action<IndexRows> fill, string type = "Basic") => AddManyAsync([id], fill, type);

    /// <summary>In one transaction.</summary>
    public async Task AddManyAsync(IReadOnlyList<string> ids, Action<IndexRows> fill, string type = "Basic")
    {
        inner.Time.Step(TimeSpan.FromSeconds(1));
        await Store.WriteAsync([.. ids.Select(id => new WriteOperation.Update(new ResourceKey(type, id), Make(fill, type)))], default);
    }

    private ResourceDocument Make(Action<IndexRows> fill, string type)
    {
        var text = Guid.NewGuid().ToString();
        var rows = new IndexRows();
        fill(rows);
        rowsByText[text] = rows;
        return Documents.Parse($$"""{"resourceType":"{{type}}","code":{"text":"{{text}}"} }""");
    }

    /// <summary>Ids of all matches, page by page: the same whether the search begins with few rows, with too many for that, or with all.</summary>
    public async Task<string[]> IdsAsync(BoundSearch search)
    {
        var ids = await IdsAsync(Store, search);
        Assert.Equal(ids, await IdsAsync(WithOptions(inner.Options with { NarrowRows = 1 }), search));
        Assert.Equal(ids, await IdsAsync(WithOptions(inner.Options with { NarrowRows = 0 }), search));
        return ids;
    }

    private static async Task<string[]> IdsAsync(ResourceStore store, BoundSearch search)
    {
        List<string> ids = [];
        string? cursor = null;
        do
        {
            var page = await store.SearchAsync(search with { Cursor = cursor }, default);
            ids.AddRange(page.Matches.Select(match => match.Key.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        return [.. ids];
    }

    /// <summary>The same in alphabetical order, for one criterion.</summary>
    public async Task<string> FindAsync(params Criterion[] criteria) =>
        string.Join(' ', (await IdsAsync(new BoundSearch { ResourceType = "Basic", Criteria = criteria, Count = 3 })).Order(StringComparer.Ordinal));
}
