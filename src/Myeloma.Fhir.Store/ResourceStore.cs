using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>
/// All versions of all resources in PostgreSQL, and the index rows that search uses. Shared by threads; one for a server.
/// </summary>
/// <remarks>
/// Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached or gave up,
/// and <see cref="OperationCanceledException"/> when it was cancelled; a cancelled statement is stopped in PostgreSQL, too.
/// </remarks>
public sealed partial class ResourceStore(NpgsqlDataSource dataSource, StoreOptions options, TimeProvider time)
{
    private readonly NpgsqlDataSource dataSource = dataSource;
    private readonly StoreOptions options = options;
    private readonly TimeProvider time = time;

    /// <summary>The current version, which may be a deletion.</summary>
    /// <returns>Null when the key was never used.</returns>
    /// <remarks>https://hl7.org/fhir/R4/http.html#read</remarks>
    public ValueTask<ResourceVersion?> FindAsync(ResourceKey key, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>That version, current or past, which may be a deletion.</summary>
    /// <returns>Null when there is none of that number.</returns>
    /// <remarks>https://hl7.org/fhir/R4/http.html#vread</remarks>
    public ValueTask<ResourceVersion?> FindVersionAsync(ResourceKey key, int versionId, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>A page of versions, newest first.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a cursor that no page gave.</exception>
    public Task<HistoryPage> HistoryAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Does all operations in one transaction, or none; index rows change with them.</summary>
    /// <returns>One result an operation, in their order.</returns>
    /// <exception cref="Model.Issues.FhirException">
    /// <c>conflict</c> with the message id <c>version-conflict</c> when If-Match names another than the current version;
    /// <c>duplicate</c> when a created resource exists; <c>invalid</c> when two operations name the same resource;
    /// <c>value</c> when a value can't be kept in PostgreSQL (the character U+0000).
    /// </exception>
    public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
