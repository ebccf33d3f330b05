using System.Globalization;
using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>Held by the one server that fills a database; others that start meanwhile wait for its end. Released by disposal, or by PostgreSQL when the server is gone.</summary>
public sealed class FillingLock : IAsyncDisposable
{
    /// <summary>Names the lock among the advisory locks of the database ("mffill" in ASCII).</summary>
    private const long Key = 0x6D6666696C6C;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    private FillingLock(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        this.connection = connection;
        this.transaction = transaction;
    }

    internal static async Task<FillingLock> TakeAsync(NpgsqlDataSource dataSource, StoreOptions options, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // The lock belongs to the transaction, which stays open and idle as long as filling takes.
            var patience = ((long)options.WriteTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await using var command = new NpgsqlCommand(
                $"SET LOCAL statement_timeout = {patience}; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({Key})", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new FillingLock(connection, transaction);
        }
        catch (Exception exception)
        {
            if (connection is not null) await connection.DisposeAsync();
            if (Faults.Translate(exception, cancellationToken) is { } fault) throw fault;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
