using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Reindexing;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Setup;

namespace Myeloma.Fhir.Interactions;

/// <summary>The search parameters as of now: those of R4 and the SearchParameter resources of the database, which count without any code.</summary>
/// <remarks>https://hl7.org/fhir/R4/searchparameter.html. Made before the database is opened, since the store indexes by it; <see cref="AttachAsync"/> completes it.</remarks>
/// <param name="inlineReindexLimit">Stored resources up to which a write of a SearchParameter waits until they are indexed; with more it goes on in the background.</param>
/// <param name="report">Takes what goes wrong in the background, or with a SearchParameter that can't be used.</param>
public sealed class CurrentSearchParameters(int inlineReindexLimit, Action<string, Exception?> report) : IAsyncDisposable
{
    /// <summary>How soon searches follow a change that another server made.</summary>
    public static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim changing = new(1);
    private volatile SearchParameterRegistry registry = SearchParameterRegistry.Build(R4Schema.Instance);
    private readonly CancellationTokenSource closing = new();
    private StoreDatabase? database;
    private ReindexJobs? reindexing;
    private Task watching = Task.CompletedTask;

    /// <summary>An immutable snapshot; one request uses one.</summary>
    public SearchParameterRegistry Registry => registry;

    /// <summary>The index rows of a resource by the parameters of now.</summary>
    public IndexRows Extract(ResourceDocument document) => IndexExtraction.Extract(document, registry);

    /// <summary>Gives the parameters their lasting ids and adds those of the database.</summary>
    public async Task AttachAsync(StoreDatabase opened, JobQueue jobs, CancellationToken cancellationToken)
    {
        database = opened;
        reindexing = new ReindexJobs(jobs);
        await NumberAsync(registry, null, cancellationToken);
        await RefreshAsync(Occasion.Start, cancellationToken);
        opened.Store.FollowIndexGeneration = FollowAsync;
        watching = WatchAsync(closing.Token);
    }

    /// <summary>After a write: when it touched SearchParameters, the snapshot is made anew and stored resources are indexed by what is new.</summary>
    public async Task AfterWriteAsync(IReadOnlyList<WriteResult> results, CancellationToken cancellationToken)
    {
        foreach (var result in results)
        {
            if (result.Version.Key.Type != "SearchParameter" || result.Outcome == WriteOutcome.Unchanged) continue;

            // The write is committed: the snapshot has to follow it even when the client has gone.
            await RefreshAsync(Occasion.OwnChange, CancellationToken.None);
            return;
        }
    }

    /// <summary>Indexes stored resources by what is new here and now, however many they are: for a start that can't do without. A job that is about it will find it done.</summary>
    public async Task IndexNowAsync(CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            var pending = registry.Indexed.Where(parameter => !parameter.IsIndexed).ToList();
            if (pending.Count == 0) return;
            await database!.Store.ReindexAsync(pending, cancellationToken);
            await AnnounceAsync();
        }
        finally
        {
            changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await watching;
        closing.Dispose();
        changing.Dispose();
    }

    /// <summary>Another server on the same database may change search parameters; its changes are found here within <see cref="WatchInterval"/>, by a write at once.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await FollowAsync(cancellationToken);
                    await TellJobsAsync(cancellationToken);
                }
                catch (FhirException)
                {
                    // The database is away for a moment; the next tick asks again.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is closing.
        }
    }

    /// <summary>Takes over what other servers on the same database have changed.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var store = database!.Store;
        if (await store.FindIndexGenerationAsync(cancellationToken) != store.IndexGeneration) await RefreshAsync(Occasion.ChangeElsewhere, cancellationToken);
    }

    /// <summary>Why the snapshot is made anew: after a change of its own a server tells the others and indexes what is stored; after theirs it leaves that to them.</summary>
    private enum Occasion
    {
        Start,
        OwnChange,
        ChangeElsewhere,
    }

    private async Task RefreshAsync(Occasion occasion, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            // Known before the parameters are read: a change in between is then noticed later, and none is missed.
            var store = database!.Store;
            var generation = occasion == Occasion.OwnChange
                ? await store.AdvanceIndexGenerationAsync(cancellationToken)
                : await store.FindIndexGenerationAsync(cancellationToken);
            if (occasion == Occasion.ChangeElsewhere && generation == store.IndexGeneration) return;

            var custom = new List<SearchParameterDefinition>();
            await foreach (var version in StoredAsync(cancellationToken))
            {
                try
                {
                    if (CustomSearchParameter.Read(ResourceDocument.Parse(version.Body)) is { } definition) custom.Add(definition);
                }
                catch (FhirException fault)
                {
                    report($"{version.Key} can't be searched by: {fault.Message}", null);
                }
            }

            await NumberAsync(SearchParameterRegistry.Build(R4Schema.Instance, custom), generation, cancellationToken);
            store.IndexGeneration = generation;
            if (occasion != Occasion.ChangeElsewhere) await ReindexAsync(cancellationToken);
            await TellJobsAsync(cancellationToken);
        }
        finally
        {
            changing.Release();
        }
    }

    private async IAsyncEnumerable<ResourceVersion> StoredAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await database!.Store.SearchAsync(
                new BoundSearch { ResourceType = "SearchParameter", Count = 500, Total = TotalMode.None, Cursor = cursor }, cancellationToken);
            foreach (var version in page.Matches) yield return version;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <param name="completeAt">The count of changes as of which these are all parameters; null when they are not all.</param>
    private async Task NumberAsync(SearchParameterRegistry next, long? completeAt, CancellationToken cancellationToken)
    {
        var registered = await database!.SearchParameterIdsAsync([.. next.Indexed.Select(SearchParameterIdentity.Of)], completeAt, cancellationToken);
        registry = next.WithIds([.. registered.Select(parameter => (parameter.Id, parameter.Status == SearchParameterStatus.Indexed))]);
    }

    /// <summary>Indexes stored resources by parameters that are new: at once when they are few, else by a job; searches by them are refused meanwhile.</summary>
    private async Task ReindexAsync(CancellationToken cancellationToken)
    {
        var pending = registry.Indexed.Where(parameter => !parameter.IsIndexed).ToList();
        if (pending.Count == 0) return;

        long stored = 0;
        foreach (var type in pending.Select(parameter => parameter.ResourceType).Distinct())
            stored += (await database!.Store.SearchAsync(new BoundSearch { ResourceType = type, Count = 0, CountOnly = true }, cancellationToken)).Total ?? 0;

        if (stored <= inlineReindexLimit && await TryAtOnceAsync(pending)) return;
        if (!await reindexing!.EnsureAsync(pending, cancellationToken))
            report("Stored resources wait to be indexed by new search parameters, but as many jobs as may are waiting; the next start tries again.", null);
    }

    private async Task<bool> TryAtOnceAsync(List<SearchParameter> pending)
    {
        try
        {
            await database!.Store.ReindexAsync(pending, CancellationToken.None);
            await AnnounceAsync();
            return true;
        }
        catch (FhirException fault)
        {
            report($"Resources could not be indexed by new search parameters at once; a job does it: {fault.Message}", fault);
            return false;
        }
    }

    /// <summary>Notes parameters as indexed, and lets all servers search by them.</summary>
    internal async Task IndexedAsync(IReadOnlyList<(int Id, string DefinitionHash)> parameters, CancellationToken cancellationToken)
    {
        await database!.Store.MarkIndexedAsync(parameters, cancellationToken);
        await changing.WaitAsync(cancellationToken);
        try
        {
            await AnnounceAsync();
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Searches by what is indexed now; the others follow, to this server it is no news.</summary>
    private async Task AnnounceAsync()
    {
        await NumberAsync(registry, null, CancellationToken.None);
        var store = database!.Store;
        var known = store.IndexGeneration;
        var generation = await store.AdvanceIndexGenerationAsync(CancellationToken.None);
        if (generation == known + 1) store.IndexGeneration = generation;
    }

    /// <summary>Where parameters are not indexed yet, notes which job works on it: one of this server, or of another.</summary>
    private async Task TellJobsAsync(CancellationToken cancellationToken)
    {
        var current = registry;
        if (current.Indexed.All(parameter => parameter.IsIndexed)) return;
        var places = await reindexing!.PlacesAsync(cancellationToken);
        string? PlaceOf(SearchParameter parameter) => places.GetValueOrDefault((parameter.Id, parameter.DefinitionHash));
        if (current.Indexed.All(parameter => parameter.IsIndexed || parameter.Indexing == PlaceOf(parameter))) return;

        // A snapshot that was made anew meanwhile tells by itself.
        Interlocked.CompareExchange(ref registry, current.WithIndexing(PlaceOf), current);
    }
}
