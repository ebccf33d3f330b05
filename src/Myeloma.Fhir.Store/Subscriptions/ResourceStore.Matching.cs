using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Subscriptions;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Changes held against the criteria of subscriptions.</summary>
public sealed partial class ResourceStore
{
    private const string BehindText = """
        SELECT s.id, s.version, s.channel, s.watermark FROM subscription s
        WHERE s.state = 'active' AND s.retry_at <= clock_timestamp()
            AND EXISTS (SELECT FROM resource r WHERE r.type = s.resource_type AND NOT r.deleted AND r.rid >= s.watermark AND r.rid < $1)
            AND (SELECT count(*) FROM (SELECT FROM subscription_notification n WHERE n.subscription_id = s.id LIMIT $2) q) < $2
        ORDER BY s.watermark
        """;

    /// <summary>Every version older than this is visible from now on, or never will be.</summary>
    /// <remarks>src/decisions/change-feed.md has the reasons.</remarks>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<DateTimeOffset> FindFinalAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FindHorizonAsync(cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Active subscriptions of whose types something changed that they were not held against.</summary>
    /// <param name="final">Of <see cref="FindFinalAsync"/>.</param>
    /// <param name="maxBacklog">Those that have as many notifications to deliver are left out until they have fewer.</param>
    /// <returns>Those that are furthest behind first.</returns>
    public async Task<IReadOnlyList<SubscriptionBehind>> FindBehindAsync(DateTimeOffset final, int maxBacklog, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = CreateCommand(BehindText);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Rid.First(final) });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = maxBacklog });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            List<SubscriptionBehind> behind = [];
            while (await reader.ReadAsync(cancellationToken)) behind.Add(new SubscriptionBehind(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetInt64(3)));
            return behind;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Holds the changes of a subscription's type, from where it is up to an instant, against its criteria, keeps what is to be delivered, and moves it on: all in one statement.</summary>
    /// <param name="search">Criteria only.</param>
    /// <param name="final">Of <see cref="FindFinalAsync"/>.</param>
    /// <param name="limit">Most matches at a time.</param>
    /// <returns>The matches; as many as the limit when there may be more. Null when another server moved it meanwhile, or it is no longer active: then nothing was kept.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: the search takes longer than a statement may.</exception>
    /// <remarks>Those who are bound to a websocket on any server are told by NOTIFY, as part of the same transaction.</remarks>
    public async Task<int?> KeepMatchesAsync(SubscriptionBehind behind, BoundSearch search, DateTimeOffset final, int limit, CancellationToken cancellationToken)
    {
        try
        {
            search = await WithCodeSetsAsync(search, cancellationToken);
            await using var batch = CreateBatch();
            Searching.SearchStatement.Keep(behind, search, Rid.First(final), limit).AddTo(batch);
            await using var reader = await ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (int)reader.GetInt64(0) : null;
        }
        catch (Exception exception) when (SearchFault(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
