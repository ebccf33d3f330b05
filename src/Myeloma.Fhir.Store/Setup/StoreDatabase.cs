using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Closures;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Concepts;
using Myeloma.Fhir.Store.Jobs;
using Myeloma.Fhir.Store.Packages;
using Myeloma.Fhir.Store.Subscriptions;
using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>An open database: its store and its search parameters' ids, for rooms that know PostgreSQL through this one only.</summary>
public sealed class StoreDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource dataSource;
    private readonly StoreOptions options;

    private StoreDatabase(string connectionString, NpgsqlDataSource dataSource, StoreOptions options, ResourceStore store)
    {
        this.dataSource = dataSource;
        this.options = options;
        Store = store;
        Jobs = new JobTable(dataSource);
        Subscriptions = new SubscriptionTable(dataSource);
        SubscriptionPings = new SubscriptionPings(connectionString);
        Closures = new ClosureTable(dataSource);
        Concepts = new ConceptContents(dataSource);
        Packages = new PackageTable(dataSource);
        TerminologyPings = new TerminologyPings(connectionString);
    }

    public ResourceStore Store { get; }

    /// <summary>What goes on in the background.</summary>
    public JobTable Jobs { get; }

    /// <summary>How far subscriptions are.</summary>
    public SubscriptionTable Subscriptions { get; }

    /// <summary>Where this server learns of matches for websockets.</summary>
    public SubscriptionPings SubscriptionPings { get; }


    /// <summary>Closure tables of clients.</summary>
    public ClosureTable Closures { get; }

    /// <summary>Where this server learns of changes of terminology before it is asked.</summary>
    public TerminologyPings TerminologyPings { get; }

    /// <summary>The concepts of large code systems.</summary>
    public ConceptContents Concepts { get; }

    /// <summary>FHIR packages that were installed or published here.</summary>
    public PackageTable Packages { get; }

    /// <summary>Migrates the database and opens it.</summary>
    /// <param name="extract">As for <see cref="ResourceStore"/>; first called by the first write.</param>
    /// <exception cref="Model.Issues.FhirException">As <see cref="StoreSetup.MigrateAsync"/>.</exception>
    public static async Task<StoreDatabase> OpenAsync(
        string connectionString, StoreOptions options, TimeProvider time, Func<ResourceDocument, IndexRows> extract, CancellationToken cancellationToken)
    {
        await StoreSetup.MigrateAsync(connectionString, cancellationToken);
        var dataSource = StoreSetup.Open(connectionString, options);
        return new StoreDatabase(connectionString, dataSource, options, new ResourceStore(dataSource, options, time, extract));
    }

    /// <inheritdoc cref="StoreSetup.SearchParameterIdsAsync"/>
    public Task<IReadOnlyList<RegisteredSearchParameter>> SearchParameterIdsAsync(
        IReadOnlyList<SearchParameterIdentity> parameters, long? completeAt, CancellationToken cancellationToken) =>
        StoreSetup.SearchParameterIdsAsync(dataSource, parameters, cancellationToken, completeAt);

    /// <summary>Waits until no other server fills the database.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: another one takes longer than <see cref="StoreOptions.WriteTimeout"/>.</exception>
    public Task<FillingLock> HoldForFillingAsync(CancellationToken cancellationToken) => FillingLock.TakeAsync(dataSource, options, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await dataSource.DisposeAsync();
    }
}
