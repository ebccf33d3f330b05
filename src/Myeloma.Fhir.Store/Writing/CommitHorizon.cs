using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>
/// The instant up to which history is final. A version's time is taken before its transaction commits, so that a slow one appears below what a reader has seen already.
/// Each write therefore holds a lock that names the millisecond it began in, and takes the time of its versions later; a reader of changes goes no further than the earliest of these locks.
/// </summary>
/// <remarks>The clock is PostgreSQL's: one for all servers. src/decisions/change-feed.md has the reasons.</remarks>
internal static class CommitHorizon
{
    /// <summary>The upper 16 bits of these locks' keys ("mf" in ASCII); the others are milliseconds since 1970, enough for some thousand years.</summary>
    private const long Class = 0x6D66L << 48;

    private const string Milliseconds = "floor(extract(epoch FROM coalesce($1, clock_timestamp())) * 1000)::bigint";

    private static readonly string EarliestLock = $"""
        (SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = {Class >> 48} AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """;

    /// <summary>The earliest lock, else the present, in milliseconds since 1970. The clock is read before the locks: a write that begins between the two is later than the present.</summary>
    private static readonly string SettledText = $"SELECT least({EarliestLock}, present.at) FROM (SELECT {Milliseconds} AS at OFFSET 0) AS present";

    /// <summary>The same, but a clock that tests hold has no present to go no further than.</summary>
    private static readonly string FindText = $"""
        SELECT least({EarliestLock}, CASE WHEN $1 IS NULL THEN present.at ELSE {long.MaxValue >> 22} END)
        FROM (SELECT {Milliseconds} AS at OFFSET 0) AS present
        """;

    /// <summary>One row: holds the lock until the end of the transaction, and with it the shared lock of that number.</summary>
    public static NpgsqlBatchCommand Enter(long sharedLock, DateTimeOffset? clock) =>
        new($"SELECT pg_advisory_xact_lock_shared({sharedLock}), pg_advisory_xact_lock_shared({Class} | {Milliseconds})") { Parameters = { Clock(clock) } };

    /// <summary>Every version older than this is visible to statements that begin from now on, or was never committed.</summary>
    public static async Task<DateTimeOffset> FindAsync(NpgsqlDataSource dataSource, DateTimeOffset? clock, CancellationToken cancellationToken)
    {
        // What was committed in this very millisecond, before the request for changes was sent, is older than the present when the question is put.
        if (clock is null) await Task.Delay(1, cancellationToken).ConfigureAwait(false);
        return await FindAsync(dataSource, FindText, clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, but what was committed in this very millisecond may lie above.</summary>
    public static Task<DateTimeOffset> FindSettledAsync(NpgsqlDataSource dataSource, DateTimeOffset? clock, CancellationToken cancellationToken) =>
        FindAsync(dataSource, SettledText, clock, cancellationToken);

    private static async Task<DateTimeOffset> FindAsync(NpgsqlDataSource dataSource, string text, DateTimeOffset? clock, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(text);
        command.Parameters.Add(Clock(clock));
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
    }

    private static NpgsqlParameter Clock(DateTimeOffset? clock) =>
        new() { Value = clock is { } time ? time : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
