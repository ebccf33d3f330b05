using Npgsql;

namespace Myeloma.Fhir.Store.Reading;

/// <summary>Reads may be tried again: after a restart of PostgreSQL every pooled connection is found dead once, which no caller need notice.</summary>
internal static class Reads
{
    /// <summary>Most connections that are found dead in a row before the fault is PostgreSQL's.</summary>
    private const int MaxDeadConnections = 2;

    /// <summary>Whether the next try gets a new connection and may well succeed; clears the pool of the dead ones.</summary>
    public static bool IsDeadConnection(Exception exception, int attempt, NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var isDead = exception is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
            || exception is NpgsqlException { InnerException: IOException } and not PostgresException;
        if (!isDead || attempt >= MaxDeadConnections || cancellationToken.IsCancellationRequested) return false;

        dataSource.Clear();
        return true;
    }
}
