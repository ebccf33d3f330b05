using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Jobs;

/// <summary>Jobs in the database: they outlive a server, and each is worked on by one at a time. Requests and answers are bytes that only the server understands.</summary>
/// <remarks>Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached. Times are PostgreSQL's, one clock for all servers.</remarks>
public sealed class JobTable(NpgsqlDataSource dataSource)
{
    /// <summary>For how long a job is its runner's after the last sign of life.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly string ClaimText = $"""
        UPDATE job SET state = 'running', runner = $1, started = clock_timestamp(), alive = clock_timestamp()
        FROM (SELECT id AS taken, state = 'running' AND NOT repeats AS interrupted FROM job
              WHERE state = 'queued' OR (state = 'running' AND alive < clock_timestamp() - interval '{(int)Silence.TotalSeconds} seconds')
              ORDER BY created LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
        WHERE id = taken
        RETURNING id, request, interrupted
        """;

    /// <summary>Adds a job, unless too many wait already.</summary>
    /// <param name="repeats">Whether it may be done twice: it changes nothing.</param>
    /// <returns>Whether it was added.</returns>
    public Task<bool> AddAsync(string id, ReadOnlyMemory<byte> request, bool repeats, int maxOpen, CancellationToken cancellationToken) => RunAsync(
        "INSERT INTO job (id, state, repeats, request) SELECT $1, 'queued', $2, $3 WHERE (SELECT count(*) FROM job WHERE state <> 'done') < $4",
        [Text(id), new NpgsqlParameter<bool> { TypedValue = repeats }, Bytes(request), new NpgsqlParameter<int> { TypedValue = maxOpen }],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1,
        cancellationToken);

    /// <summary>Takes on the oldest job that waits, or whose runner is silent.</summary>
    /// <param name="runner">Names this server among all.</param>
    /// <returns>Null when there is nothing to do.</returns>
    public Task<ClaimedJob?> ClaimAsync(string runner, CancellationToken cancellationToken) => RunAsync(
        ClaimText,
        [Text(runner)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? new ClaimedJob(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetBoolean(2)) : null;
        },
        cancellationToken);

    /// <summary>Tells that the runner still works on the job.</summary>
    /// <returns>False when it is no longer his: cancelled, or taken over after a silence.</returns>
    public Task<bool> KeepAsync(string id, string runner, CancellationToken cancellationToken) => RunAsync(
        "UPDATE job SET alive = clock_timestamp() WHERE id = $1 AND runner = $2 AND state = 'running'",
        [Text(id), Text(runner)],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1,
        cancellationToken);

    /// <summary>Lets go of a job that is not done, so that the next one may take it at once.</summary>
    public Task<bool> ReleaseAsync(string id, string runner, CancellationToken cancellationToken) => RunAsync(
        "UPDATE job SET alive = '-infinity' WHERE id = $1 AND runner = $2 AND state = 'running'",
        [Text(id), Text(runner)],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1,
        cancellationToken);

    /// <summary>Keeps the answer. Nothing happens when the job is no longer the runner's.</summary>
    public Task<bool> FinishAsync(string id, string runner, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken) => RunAsync(
        "UPDATE job SET state = 'done', finished = clock_timestamp(), request = '', answer = $3 WHERE id = $1 AND runner = $2 AND state = 'running'",
        [Text(id), Text(runner), Bytes(answer)],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1,
        cancellationToken);

    /// <returns>Null when there is none: never added, cancelled, or its answer is no longer kept.</returns>
    public Task<Job?> FindAsync(string id, CancellationToken cancellationToken) => RunAsync(
        "SELECT state, created, started, answer FROM job WHERE id = $1",
        [Text(id)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken)) return null;
            var state = reader.GetString(0) switch { "queued" => JobState.Queued, "running" => JobState.Running, _ => JobState.Done };
            return new Job(
                id, state, reader.GetFieldValue<DateTimeOffset>(1),
                await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetFieldValue<byte[]>(3));
        },
        cancellationToken);

    /// <summary>Forgets a job; its runner notices at the next sign of life.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM job WHERE id = $1", [Text(id)], async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1, cancellationToken);

    /// <summary>Forgets answers that are older.</summary>
    public Task<int> RemoveDoneAsync(TimeSpan age, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM job WHERE state = 'done' AND finished < clock_timestamp() - $1",
        [new NpgsqlParameter<TimeSpan> { TypedValue = age }],
        command => command.ExecuteNonQueryAsync(cancellationToken),
        cancellationToken);

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

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => new() { Value = value.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea };
}
