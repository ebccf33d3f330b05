using Npgsql;

namespace Myeloma.Fhir.Store.Subscriptions;

/// <summary>Tells on every server that a subscription with a websocket has matched. https://www.postgresql.org/docs/current/sql-notify.html</summary>
/// <param name="connectionString">Of a connection of its own: listening belongs to a session, and lasts as long as the server.</param>
public sealed class SubscriptionPings(string connectionString)
{
    /// <summary>Names the notifications among those of the database.</summary>
    internal const string Channel = "subscription_ping";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled; a connection that broke is made anew.</summary>
    /// <param name="ping">Called with the id of a subscription.</param>
    /// <param name="listening">Called when listening begins, also after a break, in which pings may have been missed.</param>
    public async Task ListenAsync(Action<string> ping, Action listening, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(ping, listening, cancellationToken);
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

    private async Task ListenOnceAsync(Action<string> ping, Action listening, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30, ApplicationName = "Myeloma.Fhir" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Notification += (_, notification) => ping(notification.Payload);
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection)) await command.ExecuteNonQueryAsync(cancellationToken);
        listening();
        while (true) await connection.WaitAsync(cancellationToken);
    }
}
