using Myeloma.Fhir.Store.Setup;

namespace Myeloma.Fhir.Store.Subscriptions;

/// <summary>Tells on every server that a subscription with a websocket has matched.</summary>
/// <param name="connectionString">Of a connection of its own.</param>
public sealed class SubscriptionPings(string connectionString)
{
    /// <summary>Names the notifications among those of the database.</summary>
    internal const string Channel = "subscription_ping";

    /// <summary>Listens until it is cancelled; a connection that broke is made anew.</summary>
    /// <param name="ping">Called with the id of a subscription.</param>
    /// <param name="listening">Called when listening begins, also after a break, in which pings may have been missed.</param>
    public Task ListenAsync(Action<string> ping, Action listening, CancellationToken cancellationToken) =>
        new DatabaseNotifications(connectionString, Channel).ListenAsync(ping, listening, cancellationToken);
}
