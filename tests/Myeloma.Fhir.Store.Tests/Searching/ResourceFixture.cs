using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>A store that indexes whole resources by the parameters of R4, searched with the text of a query: from words to rows and back.</summary>
public sealed class ResourceFixture : IAsyncLifetime
{
    public const string BaseUrl = "http://server.test/fhir";

    private readonly StoreFixture inner = new();
    private readonly Dictionary<string[], Task> filled = new(ReferenceEqualityComparer.Instance);

    public ResourceStore Store { get; private set; } = null!;

    public SearchParameterRegistry Registry { get; private set; } = null!;

    public StoreFixture Inner => inner;

    public async Task InitializeAsync()
    {
        await inner.InitializeAsync();
        Registry = await StoreSetup.WithIdsAsync(inner.DataSource, SearchParameterRegistry.Build(R4Schema.Instance), default);
        Store = WithOptions(inner.Options);
    }

    public Task DisposeAsync() => inner.DisposeAsync();

    public ResourceStore WithOptions(StoreOptions options) =>
        new(inner.DataSource, options, inner.Time, document => IndexExtraction.Extract(document, Registry, BaseUrl));

    /// <summary>Stores the resources of a test class before its first test.</summary>
    public Task PutOnceAsync(string[] resources)
    {
        lock (filled)
        {
            if (!filled.TryGetValue(resources, out var task)) filled.Add(resources, task = PutAsync(resources));
            return task;
        }
    }

    /// <summary>Stores resources, a second apart, in their order.</summary>
    public async Task PutAsync(params string[] resources)
    {
        foreach (var json in resources)
        {
            var document = ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
            inner.Time.Step(TimeSpan.FromSeconds(1));
            await Store.WriteAsync([new WriteOperation.Update(new ResourceKey(document.ResourceType, document.Id!), document)], default);
        }
    }

    /// <summary>Reads a query like <c>Patient?name=x&amp;_sort=birthdate</c>, strictly; without a type before the question mark all types are searched.</summary>
    public BoundSearch Bind(string query, SearchOptions? options = null)
    {
        var (path, text) = query.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? (query[..mark], query[(mark + 1)..]) : (query, "");
        var parameters = text.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? new KeyValuePair<string, string>(pair[..at], Uri.UnescapeDataString(pair[(at + 1)..])) : new(pair, "")).ToList();
        return SearchRequest.Bind(path.Length == 0 ? null : path, parameters, Registry, (options ?? SearchOptions.Default) with { Strict = true, BaseUrl = BaseUrl });
    }

    /// <summary>Ids of all matches, page by page in their order.</summary>
    public async Task<string> ListAsync(string query)
    {
        List<string> ids = [];
        var search = Bind(query);
        string? cursor = null;
        do
        {
            var page = await Store.SearchAsync(search with { Cursor = cursor }, default);
            ids.AddRange(page.Matches.Select(match => match.Key.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        return string.Join(' ', ids);
    }

    /// <summary>The same in alphabetical order.</summary>
    public async Task<string> FindAsync(string query) => string.Join(' ', (await ListAsync(query)).Split(' ').Order(StringComparer.Ordinal));
}

/// <summary>One database for the tests of search features; each makes resources that it tells apart by a tag or identifier.</summary>
[CollectionDefinition(Name)]
public sealed class ResourceSearches : ICollectionFixture<ResourceFixture>
{
    public const string Name = "searches of resources";
}
