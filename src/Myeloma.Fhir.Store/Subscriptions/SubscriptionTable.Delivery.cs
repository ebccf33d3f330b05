using Npgsql;

namespace Myeloma.Fhir.Store.Subscriptions;

/// <summary>What is still to be delivered.</summary>
public sealed partial class SubscriptionTable
{
    private const string DueText = """
        SELECT s.id, s.version FROM subscription s
        WHERE s.state = 'active' AND s.channel = 'rest-hook' AND s.retry_at <= clock_timestamp() AND s.id <> ALL ($1)
            AND EXISTS (SELECT FROM subscription_notification n WHERE n.subscription_id = s.id)
        """;

    /// <summary>None while the resource has a version that was not followed: it may say that nothing is wanted any more.</summary>
    private const string HeadText = """
        SELECT n.rid, v.type, v.id, v.version, v.method, v.size, CASE WHEN v.size <= $4 THEN v.body ELSE '' END
        FROM (SELECT h.rid FROM subscription_notification h WHERE h.subscription_id = $1 ORDER BY h.rid LIMIT $3) n
        JOIN resource s ON s.type = 'Subscription' AND s.id = $1 AND s.version = $2
        LEFT JOIN LATERAL (
            SELECT r.type, r.id, r.version, r.method, octet_length(r.body) AS size, r.body FROM resource r WHERE r.rid = n.rid
            UNION ALL
            SELECT r.type, r.id, r.version, r.method, octet_length(r.body), r.body FROM resource_history r WHERE r.rid = n.rid) v ON true
        ORDER BY n.rid
        """;

    private const string FinishText = """
        WITH gone AS (DELETE FROM subscription_notification WHERE subscription_id = $1 AND rid = ANY ($2) RETURNING rid)
        UPDATE subscription SET
            delivered = delivered + (SELECT count(*) FROM gone),
            last_delivery = CASE WHEN cardinality($2) > 0 THEN clock_timestamp() ELSE last_delivery END,
            failures = CASE WHEN $3 IS NULL THEN 0 ELSE failures + 1 END,
            last_failure = CASE WHEN $3 IS NULL THEN last_failure ELSE clock_timestamp() END,
            last_error = coalesce($3, last_error),
            retry_at = CASE WHEN $3 IS NULL THEN '-infinity' ELSE clock_timestamp() + least($4 * power(2, least(failures, 40)), $5) END
        WHERE id = $1
        RETURNING failures
        """;

    /// <summary>Active subscriptions with something to deliver to their endpoints, and no try put off.</summary>
    /// <param name="except">Ids that are left out.</param>
    public Task<List<(string Id, int Version)>> FindDueAsync(IReadOnlyCollection<string> except, CancellationToken cancellationToken) => RunAsync(
        DueText,
        [Value<string[]>([.. except])],
        command => ListAsync(command, reader => (reader.GetString(0), reader.GetInt32(1)), cancellationToken),
        cancellationToken);

    /// <summary>What is to be delivered next.</summary>
    /// <param name="version">Of the Subscription, which must still be its current one.</param>
    /// <param name="maxBytes">Bodies that are larger are left out; 0 leaves out all.</param>
    /// <returns>In the order of the changes; none also when the Subscription has changed.</returns>
    public Task<List<PendingNotification>> HeadAsync(string id, int version, int count, int maxBytes, CancellationToken cancellationToken) => RunAsync(
        HeadText,
        [Text(id), Value(version), Value(count), Value(maxBytes)],
        command => ListAsync(
            command,
            reader => reader.IsDBNull(1)
                ? new PendingNotification(reader.GetInt64(0), null, 0)
                : new PendingNotification(
                    reader.GetInt64(0),
                    new ResourceVersion(new ResourceKey(reader.GetString(1), reader.GetString(2)), reader.GetInt32(3), Rid.LastUpdated(reader.GetInt64(0)), false, reader.GetString(4), reader.GetFieldValue<byte[]>(6)),
                    reader.GetInt32(5)),
            cancellationToken),
        cancellationToken);

    /// <summary>Keeps what was delivered, and puts the next try off when something was not.</summary>
    /// <param name="delivered">Of <see cref="PendingNotification.Number"/>.</param>
    /// <param name="failure">Why the rest was not delivered; null when nothing failed.</param>
    /// <returns>Tries that failed since the last one that did not; 0 also when the subscription is gone.</returns>
    public Task<int> FinishAsync(string id, IReadOnlyCollection<long> delivered, string? failure, RetryDelays delays, CancellationToken cancellationToken) => RunAsync(
        FinishText,
        [Text(id), Value<long[]>([.. delivered]), Text(failure), Value(delays.First), Value(delays.Longest)],
        async command => await command.ExecuteScalarAsync(cancellationToken) as int? ?? 0,
        cancellationToken);
}
