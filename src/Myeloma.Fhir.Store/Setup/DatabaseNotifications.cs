using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>Hears what transactions tell each other over a channel of the database. https://www.postgresql.org/docs/current/sql-notify.html</summary>
/// <param name="connectionString">Of a connection of its own: listening belongs to a session, and lasts as long as the server.</param>
/// <param name="channel">A name without quotes.</param>
internal sealed class DatabaseNotifications(string connectionString, string channel)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled; a connection that broke is made anew.</summary>
    /// <param name="heard">Called with the text of each notification, when it was committed.</param>
    /// <param name="listening">Called when listening begins, also after a break, in which notifications may have been missed.</param>
    public async Task ListenAsync(Action<string> heard, Action listening, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(heard, listening, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is not null)
            {
                // The database is away for a moment.
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenOnceAsync(Action<string> heard, Action listening, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30, ApplicationName = "Myeloma.Fhir" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Notification += (_, notification) => heard(notification.Payload);
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand($"LISTEN {channel}", connection)) await command.ExecuteNonQueryAsync(cancellationToken);
        listening();
        while (true) await connection.WaitAsync(cancellationToken);
    }
}
