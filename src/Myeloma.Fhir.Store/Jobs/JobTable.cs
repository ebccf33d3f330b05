using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Jobs;

/// <summary>Jobs in the database: they outlive a server, and each is worked on by one at a time. Requests, checkpoints and results are bytes that only their kind understands.</summary>
/// <remarks>Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached. Times are PostgreSQL's, one clock for all servers.</remarks>
public sealed class JobTable(NpgsqlDataSource dataSource)
{
    /// <summary>For how long a job is its runner's after the last sign of life.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly string Silent = $"alive < clock_timestamp() - interval '{(int)Silence.TotalSeconds} seconds'";

    /// <summary>Jobs whose runner is silent go first: of those that run alone, no other can begin before.</summary>
    private static readonly string ClaimText = $"""
        UPDATE job SET state = 'running', runner = $1, started = clock_timestamp(), alive = clock_timestamp(), tries = tries + 1
        FROM (SELECT id AS taken, state = 'running' AND NOT repeats AS interrupted FROM job AS one
              WHERE kind = ANY($2) AND state IN ('queued', 'running')
                AND CASE state WHEN 'running' THEN {Silent}
                    ELSE NOT alone OR NOT EXISTS (SELECT FROM job AS other WHERE other.kind = one.kind AND other.alone AND other.state = 'running') END
              ORDER BY state = 'running' DESC, created LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
        WHERE id = taken
        RETURNING id, kind, request, checkpoint, done, total, words, tries, interrupted
        """;

    /// <summary>Adds a job, unless too many of its kind are open already.</summary>
    /// <returns>Whether it was added.</returns>
    public Task<bool> AddAsync(NewJob job, int maxOpen, CancellationToken cancellationToken) => ChangeAsync(
        """
        INSERT INTO job (id, kind, state, repeats, alone, request) SELECT $1, $2, 'queued', $3, $4, $5
        WHERE (SELECT count(*) FROM job WHERE kind = $2 AND state IN ('queued', 'running')) < $6
        """,
        [Value(job.Id), Value(job.Kind), Value(job.Repeats), Value(job.RunsAlone), Bytes(job.Request), Value(maxOpen)], cancellationToken);

    /// <summary>Takes on a job whose runner is silent, else the oldest that waits.</summary>
    /// <param name="runner">Names this server among all.</param>
    /// <param name="kinds">Those that the server has room for.</param>
    /// <returns>Null when there is nothing to do.</returns>
    public Task<ClaimedJob?> ClaimAsync(string runner, string[] kinds, CancellationToken cancellationToken) => RunAsync(
        ClaimText,
        [Value(runner), Value(kinds)],
        async command =>
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await reader.ReadAsync(cancellationToken) ? JobRow.Claimed(reader) : null;
            }
            catch (PostgresException lost) when (lost.ConstraintName == "job_alone")
            {
                // Another server took one of a kind that runs alone in the same moment.
                return null;
            }
        },
        cancellationToken);

    /// <summary>Tells that the runner still works on its jobs.</summary>
    /// <returns>The ids of those that are still his: not the ones cancelled, or taken over after a silence.</returns>
    public Task<HashSet<string>> BeatAsync(string runner, CancellationToken cancellationToken) => RunAsync(
        "UPDATE job SET alive = clock_timestamp() WHERE runner = $1 AND state = 'running' RETURNING id",
        [Value(runner)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            HashSet<string> ids = [];
            while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetString(0));
            return ids;
        },
        cancellationToken);

    /// <summary>Keeps how far the job is, and from where another run goes on.</summary>
    /// <param name="checkpoint">In place of the one before; null leaves that.</param>
    /// <returns>False when it is no longer the runner's: cancelled, or taken over after a silence.</returns>
    public Task<bool> SaveAsync(string id, string runner, ReadOnlyMemory<byte>? checkpoint, JobProgress progress, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE job SET alive = clock_timestamp(), done = $3, total = $4, words = $5,
            checkpoint = coalesce($6, checkpoint), tries = CASE WHEN $6 IS NULL THEN tries ELSE 1 END
        WHERE id = $1 AND runner = $2 AND state = 'running'
        """,
        [
            Value(id), Value(runner), Value(progress.Done), Optional(progress.Total, NpgsqlDbType.Bigint), Optional(progress.Words, NpgsqlDbType.Text),
            checkpoint is { } bytes ? Bytes(bytes) : Optional(null, NpgsqlDbType.Bytea),
        ],
        cancellationToken);

    /// <summary>Lets go of a job in good order: one that is not done may be taken on at once, one that was cancelled be forgotten.</summary>
    /// <param name="countsAsTry">Whether the try came to nothing by a fault, and not because the server ends.</param>
    public Task<bool> ReleaseAsync(string id, string runner, bool countsAsTry, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE job SET alive = '-infinity', runner = NULL, tries = CASE WHEN $3 THEN tries ELSE tries - 1 END WHERE id = $1 AND runner = $2 AND state IN ('running', 'cancelled')",
        [Value(id), Value(runner), Value(countsAsTry)], cancellationToken);

    /// <summary>Keeps the result. Nothing happens when the job is no longer the runner's.</summary>
    /// <param name="state"><see cref="JobState.Done"/> or <see cref="JobState.Failed"/>.</param>
    public Task<bool> FinishAsync(string id, string runner, JobState state, JobResult result, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE job SET state = $3, finished = clock_timestamp(), runner = NULL, request = '', checkpoint = NULL, status = $4, media_type = $5, answer = $6
        WHERE id = $1 AND runner = $2 AND state = 'running'
        """,
        [Value(id), Value(runner), Value(JobRow.NameOf(state)), Value((short)result.Status), Value(result.MediaType), Bytes(result.Body)], cancellationToken);

    /// <returns>Null when there is none: never added, or forgotten.</returns>
    public Task<Job?> FindAsync(string id, CancellationToken cancellationToken) => RunAsync(
        $"SELECT {JobRow.Columns} FROM job WHERE id = $1",
        [Value(id)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? JobRow.Read(reader) : null;
        },
        cancellationToken);

    /// <summary>The jobs of a kind that wait or are worked on, oldest first, with what is asked of them.</summary>
    public Task<List<(Job Job, ReadOnlyMemory<byte> Request)>> OpenAsync(string kind, CancellationToken cancellationToken) => RunAsync(
        $"SELECT {JobRow.Columns}, request FROM job WHERE kind = $1 AND state IN ('queued', 'running') ORDER BY created",
        [Value(kind)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            List<(Job, ReadOnlyMemory<byte>)> jobs = [];
            while (await reader.ReadAsync(cancellationToken)) jobs.Add((JobRow.Read(reader), reader.GetFieldValue<byte[]>(JobRow.ColumnCount)));
            return jobs;
        },
        cancellationToken);

    /// <summary>Says that a job, or the result of one, is no longer wanted; its runner notices at the next sign of life.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE job SET state = 'cancelled', finished = clock_timestamp(), request = '', checkpoint = NULL, status = NULL, media_type = NULL, answer = NULL
        WHERE id = $1 AND state <> 'cancelled'
        """,
        [Value(id)], cancellationToken);

    /// <summary>Jobs to be forgotten: those cancelled that nobody works on any more, and those that ended longer ago than <paramref name="age"/>.</summary>
    /// <returns>Id and kind, of one hundred at most.</returns>
    public Task<List<(string Id, string Kind)>> FindForgettableAsync(string[] kinds, TimeSpan age, CancellationToken cancellationToken) => RunAsync(
        $"""
        SELECT id, kind FROM job WHERE kind = ANY($1) AND state IN ('done', 'failed', 'cancelled')
        AND CASE state WHEN 'cancelled' THEN runner IS NULL OR {Silent} ELSE finished < clock_timestamp() - $2 END
        ORDER BY finished LIMIT 100
        """,
        [Value(kinds), Value(age)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            List<(string, string)> jobs = [];
            while (await reader.ReadAsync(cancellationToken)) jobs.Add((reader.GetString(0), reader.GetString(1)));
            return jobs;
        },
        cancellationToken);

    /// <summary>Forgets a job.</summary>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync("DELETE FROM job WHERE id = $1", [Value(id)], cancellationToken);

    private Task<bool> ChangeAsync(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        RunAsync(text, parameters, async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1, cancellationToken);

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

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => new() { Value = value.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea };
}
