using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Subscriptions;

/// <summary>How far subscriptions are, in the database: so that another server, or the next start, goes on where one stopped.</summary>
/// <remarks>Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached. Times are PostgreSQL's, one clock for all servers.</remarks>
public sealed partial class SubscriptionTable(NpgsqlDataSource dataSource)
{
    /// <summary>Nobody takes the lease where no Subscription ever was, so that such a database is not written to.</summary>
    private const string HoldText = """
        INSERT INTO subscription_lease (holder, until)
        SELECT $1, clock_timestamp() + $2
        WHERE EXISTS (SELECT FROM resource WHERE type = 'Subscription')
            AND NOT EXISTS (SELECT FROM subscription_lease WHERE holder <> $1 AND until >= clock_timestamp())
        ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE subscription_lease.holder = excluded.holder OR subscription_lease.until < clock_timestamp()
        """;

    private const string ChangedText = """
        SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body
        FROM resource r LEFT JOIN subscription s ON s.id = r.id
        WHERE r.type = 'Subscription' AND s.version IS DISTINCT FROM r.version AND (NOT r.deleted OR s.id IS NOT NULL)
        ORDER BY r.rid LIMIT $1
        """;

    private const string PrepareText = """
        INSERT INTO subscription (id, version, state, channel, resource_type, until, watermark)
        SELECT $1, 0, 'requested', $3, $4, $5, r.rid + 1 FROM resource r WHERE r.type = 'Subscription' AND r.id = $1 AND r.version = $2
        ON CONFLICT (id) DO UPDATE SET
            version = 0, state = 'requested', channel = excluded.channel, resource_type = excluded.resource_type, until = excluded.until,
            watermark = coalesce(subscription.watermark, excluded.watermark), failures = 0, retry_at = '-infinity'
        """;

    private const string SettleText = """
        WITH forgotten AS (DELETE FROM subscription_notification WHERE subscription_id = $1 AND $3 = 'off')
        INSERT INTO subscription (id, version, state, last_error) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET
            version = excluded.version, state = excluded.state, last_error = coalesce(excluded.last_error, subscription.last_error),
            watermark = CASE WHEN excluded.state = 'off' THEN NULL ELSE subscription.watermark END
        """;

    private const string ProgressText = """
        SELECT s.state, (SELECT count(*) FROM subscription_notification n WHERE n.subscription_id = s.id), s.delivered, s.failures,
            s.last_delivery, s.last_failure, s.last_error, CASE WHEN s.retry_at > clock_timestamp() THEN s.retry_at END, rid_last_updated(s.watermark)
        FROM subscription s WHERE s.id = $1
        """;

    private const string TotalsText = """
        SELECT count(*) FILTER (WHERE state = 'active'), count(*) FILTER (WHERE state = 'error'), (SELECT count(*) FROM subscription_notification) FROM subscription
        """;

    /// <summary>Takes or keeps the lease: of all servers one at a time looks for matches and delivers.</summary>
    /// <param name="holder">Names this server among all.</param>
    /// <param name="span">For how long, unless it is kept again before.</param>
    /// <returns>Whether it is this server's; false also where no Subscription ever was.</returns>
    public Task<bool> HoldAsync(string holder, TimeSpan span, CancellationToken cancellationToken) => RunAsync(
        HoldText, [Text(holder), Value(span)], async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1, cancellationToken);

    /// <summary>Gives the lease back, so that another server need not wait for its end.</summary>
    public Task<int> ReleaseAsync(string holder, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM subscription_lease WHERE holder = $1", [Text(holder)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Current versions of Subscriptions that were not followed yet, deletions among them.</summary>
    /// <returns>Oldest first.</returns>
    public Task<List<ResourceVersion>> FindChangedAsync(int count, CancellationToken cancellationToken) => RunAsync(
        ChangedText, [Value(count)], command => ListAsync(command, ReadVersion, cancellationToken), cancellationToken);

    /// <summary>How many subscriptions there are beside one that are active, or about to be.</summary>
    public Task<long> CountOthersAsync(string id, CancellationToken cancellationToken) => RunAsync(
        "SELECT count(*) FROM subscription WHERE state IN ('requested', 'active') AND id <> $1",
        [Text(id)],
        async command => (long)(await command.ExecuteScalarAsync(cancellationToken))!,
        cancellationToken);

    /// <summary>Keeps from where on changes count, before anybody is told that the subscription is active: from the version that asked for it, or where an earlier start left off.</summary>
    /// <returns>False when that version is no longer the current one.</returns>
    public Task<bool> PrepareAsync(SubscriptionStart start, CancellationToken cancellationToken) => RunAsync(
        PrepareText,
        [Text(start.Id), Value(start.Version), Text(start.Channel), Text(start.ResourceType), Instant(start.End)],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1,
        cancellationToken);

    /// <summary>The version was followed. One that is off forgets what is still to be delivered, and where it was.</summary>
    /// <param name="error">Why it is in error; null leaves what was told before.</param>
    public Task<int> SettleAsync(string id, int version, SubscriptionState state, string? error, CancellationToken cancellationToken) => RunAsync(
        SettleText, [Text(id), Value(version), Text(CodeOf(state)), Text(error)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>The Subscription was deleted: nothing of it is left.</summary>
    public Task<int> RemoveAsync(string id, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM subscription WHERE id = $1", [Text(id)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Ids of those that are active past their end.</summary>
    public Task<List<string>> FindEndedAsync(CancellationToken cancellationToken) => RunAsync(
        "SELECT id FROM subscription WHERE state = 'active' AND until <= clock_timestamp()",
        [],
        command => ListAsync(command, reader => reader.GetString(0), cancellationToken),
        cancellationToken);

    /// <returns>Null when the server has not taken the subscription up yet.</returns>
    public Task<SubscriptionProgress?> FindProgressAsync(string id, CancellationToken cancellationToken) => RunAsync(
        ProgressText,
        [Text(id)],
        async command => (await ListAsync(command, ReadProgress, cancellationToken)).FirstOrDefault(),
        cancellationToken);

    public Task<SubscriptionTotals> TotalsAsync(CancellationToken cancellationToken) => RunAsync(
        TotalsText,
        [],
        async command => (await ListAsync(command, reader => new SubscriptionTotals(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), cancellationToken))[0],
        cancellationToken);

    private static SubscriptionProgress ReadProgress(NpgsqlDataReader reader)
    {
        DateTimeOffset? InstantAt(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
        return new SubscriptionProgress(
            Enum.Parse<SubscriptionState>(reader.GetString(0), ignoreCase: true), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3),
            InstantAt(4), InstantAt(5), reader.IsDBNull(6) ? null : reader.GetString(6), InstantAt(7), InstantAt(8));
    }

    /// <summary>A row of <c>rid, type, id, version, deleted, method, body</c>.</summary>
    private static ResourceVersion ReadVersion(NpgsqlDataReader reader) => new(
        new ResourceKey(reader.GetString(1), reader.GetString(2)), reader.GetInt32(3), Rid.LastUpdated(reader.GetInt64(0)), reader.GetBoolean(4), reader.GetString(5), reader.GetFieldValue<byte[]>(6));

    private static async Task<List<T>> ListAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }

    private async Task<T> RunAsync<T>(string text, NpgsqlParameter[] parameters, Func<NpgsqlCommand, Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(text);
            command.Parameters.AddRange(parameters);
            return await run(command);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private static string CodeOf(SubscriptionState state) => state switch
    {
        SubscriptionState.Requested => "requested",
        SubscriptionState.Active => "active",
        SubscriptionState.Error => "error",
        _ => "off",
    };

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Instant(DateTimeOffset? value) => new() { Value = value is { } instant ? instant.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
