using System.Globalization;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Keeps several servers on one database indexing by the same search parameters.</summary>
/// <remarks>
/// The database counts how often search parameters changed. A write holds a shared lock and compares that count with the one its extraction
/// belongs to; a change waits for such writes before it counts up. So no resource is stored without the rows of a parameter that is in use,
/// on whichever server it was defined.
/// </remarks>
public sealed partial class ResourceStore
{
    /// <summary>Names the lock among the advisory locks of the database ("mfindex" in ASCII).</summary>
    internal const long IndexLock = 0x6D66696E646578;

    internal const string GenerationText = "SELECT value::bigint FROM setting WHERE name = 'index-generation'";

    private const string AdvanceText = """
        INSERT INTO setting (name, value) VALUES ('index-generation', '1')
        ON CONFLICT (name) DO UPDATE SET value = (setting.value::bigint + 1)::text
        RETURNING value::bigint
        """;

    private long indexGeneration;

    /// <summary>The count of changes that the extraction belongs to; set after the extraction knows them.</summary>
    public long IndexGeneration
    {
        get => Volatile.Read(ref indexGeneration);
        set => Volatile.Write(ref indexGeneration, value);
    }

    /// <summary>Called by a write that finds another count in the database: brings the extraction and <see cref="IndexGeneration"/> up to it. Null: nothing to follow.</summary>
    public Func<CancellationToken, Task>? FollowIndexGeneration { get; set; }

    /// <returns>The database's count; 0 when search parameters never changed.</returns>
    public async Task<long> FindIndexGenerationAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(GenerationText);
            return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Waits for writes under way, then counts up: later ones extract by the new search parameters.</summary>
    /// <returns>The new count.</returns>
    public async Task<long> AdvanceIndexGenerationAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var patience = ((long)options.WriteTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await using (var wait = new NpgsqlCommand($"SET LOCAL statement_timeout = {patience}; SELECT pg_advisory_xact_lock({IndexLock})", connection))
                await wait.ExecuteNonQueryAsync(cancellationToken);
            await using var advance = new NpgsqlCommand(AdvanceText, connection);
            var generation = (long)(await advance.ExecuteScalarAsync(cancellationToken))!;
            await transaction.CommitAsync(cancellationToken);
            return generation;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
