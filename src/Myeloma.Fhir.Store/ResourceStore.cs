using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;
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
    private readonly StoreOptions options;
    private readonly TimeProvider time;
    private readonly Func<ResourceDocument, IndexRows> extract;
    private readonly FrequentCriteria frequent;

    /// <param name="dataSource">From <see cref="Setup.StoreSetup.Open"/>; not closed by the store.</param>
    /// <param name="extract">The index rows of a resource by the search parameters that are known at the time; called by several threads.</param>
    public ResourceStore(NpgsqlDataSource dataSource, StoreOptions options, TimeProvider time, Func<ResourceDocument, IndexRows> extract)
    {
        this.dataSource = dataSource;
        this.options = options;
        this.time = time;
        this.extract = extract;
        frequent = new FrequentCriteria(time);
    }
}
