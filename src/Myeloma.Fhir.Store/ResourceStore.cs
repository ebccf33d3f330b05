using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Hot;
using Myeloma.Fhir.Store.Searching;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>
/// All versions of all resources in PostgreSQL, and the index rows that search uses. Shared by threads; one for a server.
/// </summary>
/// <remarks>
/// Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached or gave up,
/// and <see cref="OperationCanceledException"/> when it was cancelled; a cancelled statement is stopped in PostgreSQL, too.
/// </remarks>
public sealed partial class ResourceStore
{
    private readonly NpgsqlDataSource dataSource;
    private readonly NpgsqlConnection? pinned;
    private DateTimeOffset? pinnedHorizon;
    private readonly StoreOptions options;
    private readonly TimeProvider time;
    private readonly Func<ResourceDocument, IndexRows> extract;
    private readonly FrequentCriteria frequent;
    private readonly HotVersions hot;

    /// <param name="dataSource">From <see cref="Setup.StoreSetup.Open"/>; not closed by the store.</param>
    /// <param name="extract">The index rows of a resource by the search parameters that are known at the time; called by several threads.</param>
    public ResourceStore(NpgsqlDataSource dataSource, StoreOptions options, TimeProvider time, Func<ResourceDocument, IndexRows> extract)
    {
        this.dataSource = dataSource;
        this.options = options;
        this.time = time;
        this.extract = extract;
        frequent = new FrequentCriteria(time);
        listedHits = new ListedHitsCache(options.ListedHitBytes, time);
        hot = new HotVersions(dataSource);
    }

    /// <summary>The store over one connection, for reads in the transaction that is open there.</summary>
    private ResourceStore(ResourceStore store, NpgsqlConnection connection)
        : this(store.dataSource, store.options, store.time, store.extract)
    {
        pinned = connection;
        seal = store.seal;
        ListMembers = store.ListMembers;
        settled = Volatile.Read(ref store.settled);
    }

    /// <summary>Begins reads that all see the same instant: that of the first of them.</summary>
    /// <param name="followsChanges">Whether a history since an instant is among them.</param>
    public async Task<ReadSnapshot> OpenSnapshotAsync(bool followsChanges, CancellationToken cancellationToken)
    {
        if (!IsPastKept) await KeepPastAsync(cancellationToken);
        await FindSettledAsync(cancellationToken);

        // Looked up before the snapshot is taken: what is committed between the two is seen too late otherwise, and missed.
        var horizon = followsChanges ? await FindHorizonAsync(cancellationToken) : (DateTimeOffset?)null;
        return await ReadSnapshot.OpenAsync(dataSource, connection => new ResourceStore(this, connection) { pinnedHorizon = horizon }, cancellationToken);
    }

    private async ValueTask<DateTimeOffset> FindHorizonAsync(CancellationToken cancellationToken) => pinnedHorizon
        ?? await Writing.CommitHorizon.FindAsync(dataSource, ReferenceEquals(time, TimeProvider.System) ? null : time.GetUtcNow(), cancellationToken);

    private NpgsqlCommand CreateCommand(string text) => pinned is null ? dataSource.CreateCommand(text) : new NpgsqlCommand(text, pinned);

    private NpgsqlBatch CreateBatch() => pinned is null ? dataSource.CreateBatch() : pinned.CreateBatch();
}
