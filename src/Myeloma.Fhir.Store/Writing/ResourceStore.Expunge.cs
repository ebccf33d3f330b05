using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Removal of past versions for good; the only thing that takes anything away from history.</summary>
public sealed partial class ResourceStore
{
    private const string ExpungeText = """
        WITH past AS (DELETE FROM resource_history WHERE type = $1 AND id = $2 RETURNING 1),
            deletion AS (DELETE FROM resource WHERE type = $1 AND id = $2 AND deleted RETURNING 1)
        SELECT (SELECT count(*) FROM past) + (SELECT count(*) FROM deletion), EXISTS (SELECT 1 FROM resource WHERE type = $1 AND id = $2)
        """;

    private const string PastText = "SELECT past.forget(ARRAY(SELECT rid FROM resource_history WHERE type = $1 AND id = $2))";

    private const string ExpungeLockText = "SELECT 1 FROM resource WHERE type = $1 AND id = $2 FOR UPDATE";

    /// <summary>Removes the past versions of a resource; when it is deleted, the deletion too, so that its key was never used.</summary>
    /// <returns>How many versions were removed; null for a key that was never used.</returns>
    public async Task<long?> ExpungeAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Who writes the resource at the moment is waited for: his version before is past then, and goes too.
            await using (var hold = new NpgsqlCommand(ExpungeLockText, connection))
            {
                AddKey(hold, key);
                await hold.ExecuteNonQueryAsync(cancellationToken);
            }

            await using (var past = new NpgsqlCommand(PastText, connection))
            {
                AddKey(past, key);
                await past.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var command = new NpgsqlCommand(ExpungeText, connection);
            AddKey(command, key);
            (long Removed, bool IsKnown) result;
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                result = (reader.GetInt64(0), reader.GetBoolean(1));
            }

            await transaction.CommitAsync(cancellationToken);

            // A deletion that is gone tells no more that something was one hit less.
            listedHits.Forget();
            return result.IsKnown ? result.Removed : null;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
