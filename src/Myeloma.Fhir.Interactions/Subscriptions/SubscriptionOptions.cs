using System.Net;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>What subscriptions may do and cost; each is a setting of the server, deploy/configuration.md has the list.</summary>
public sealed record SubscriptionOptions
{
    public static readonly SubscriptionOptions Default = new();

    /// <summary>Beginnings of URLs that notifications may be sent to, by scheme, host, port and path; <c>*</c> for all. None: nobody subscribes with an endpoint.</summary>
    public IReadOnlyList<string> AllowedEndpoints { get; init; } = [];

    /// <summary>Whether endpoints may be reached without TLS.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Networks inside, like 10.1.0.0/16, whose addresses endpoints may have all the same.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Subscriptions that are active at a time.</summary>
    public int MaxActive { get; init; } = 1_000;

    /// <summary>Notifications of one subscription that are kept for delivery; more changes are looked at when there are fewer.</summary>
    public int MaxBacklog { get; init; } = 10_000;

    /// <summary>Size of a resource that is sent along, in bytes of JSON.</summary>
    public int MaxPayloadBytes { get; init; } = 4 << 20;

    /// <summary>How long an endpoint may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries in a row that may fail before the subscription is in error, the first one not counted.</summary>
    public int MaxRetries { get; init; } = 10;

    /// <summary>How long the try after a failure is put off; each time twice as long as before.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>No try is put off for longer.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Notifications on their way to one endpoint (scheme, host and port) at a time.</summary>
    public int MaxDeliveriesPerEndpoint { get; init; } = 4;

    /// <summary>How often is looked for changes that other servers have written.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Websockets that one server keeps open.</summary>
    public int MaxWebSockets { get; init; } = 1_000;
}
