using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Reads of one instant: whatever is committed meanwhile is not seen. Not shared by threads; to be disposed soon, since it holds a connection.</summary>
public sealed class ReadSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private ReadSnapshot(NpgsqlConnection connection, ResourceStore store)
    {
        this.connection = connection;
        Store = store;
    }

    /// <summary>The store as of the first read; nothing can be written through it.</summary>
    public ResourceStore Store { get; }

    internal static async Task<ReadSnapshot> OpenAsync(NpgsqlDataSource dataSource, Func<NpgsqlConnection, ResourceStore> storeOn, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            // Not read-only: searches put sets of codes there that the snapshot is too old to see. It is rolled back in the end.
            await ExecuteAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ", cancellationToken);
            return new ReadSnapshot(connection, storeOn(connection));
        }
        catch (Exception exception)
        {
            if (connection is not null) await connection.DisposeAsync();
            if (Faults.Translate(exception, cancellationToken) is { } fault) throw fault;
            throw;
        }
    }

    /// <summary>Runs a read so that a fault of PostgreSQL in it does not end the snapshot for those that follow.</summary>
    public async Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "SAVEPOINT before_read", cancellationToken);
        try
        {
            return await read();
        }
        catch when (connection.FullState == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(connection, "ROLLBACK TO SAVEPOINT before_read", CancellationToken.None);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open) await ExecuteAsync(connection, "ROLLBACK", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await connection.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
