using Myeloma.Fhir.Interactions.Subscriptions;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>The section <c>Fhir:Subscriptions</c>; deploy/configuration.md has the list.</summary>
internal static class SubscriptionSettings
{
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a value that can't be read or makes no sense; the text names the setting.</exception>
    public static SubscriptionOptions Read(IConfigurationSection section, SubscriptionOptions preset) => new()
    {
        AllowedEndpoints = EndpointsOf(section),
        AllowHttp = ServerOptions.Flag(section, nameof(SubscriptionOptions.AllowHttp), preset.AllowHttp),
        AllowedNetworks = ServerOptions.NetworksOf(section, nameof(SubscriptionOptions.AllowedNetworks)),
        MaxActive = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxActive), preset.MaxActive, 0, 1_000_000),
        MaxBacklog = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxBacklog), preset.MaxBacklog, 1, 10_000_000),
        MaxPayloadBytes = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxPayloadBytes), preset.MaxPayloadBytes, 1_024, 1 << 30),
        Timeout = TimeSpan.FromSeconds(ServerOptions.Number(section, "TimeoutSeconds", (int)preset.Timeout.TotalSeconds, 1, 600)),
        MaxRetries = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxRetries), preset.MaxRetries, 0, 1_000),
        FirstRetry = TimeSpan.FromMilliseconds(ServerOptions.Number(section, "FirstRetryMilliseconds", (int)preset.FirstRetry.TotalMilliseconds, 10, 3_600_000)),
        LongestRetry = TimeSpan.FromSeconds(ServerOptions.Number(section, "LongestRetrySeconds", (int)preset.LongestRetry.TotalSeconds, 1, 1_000_000)),
        MaxDeliveriesPerEndpoint = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxDeliveriesPerEndpoint), preset.MaxDeliveriesPerEndpoint, 1, 1_000),
        Interval = TimeSpan.FromMilliseconds(ServerOptions.Number(section, "IntervalMilliseconds", (int)preset.Interval.TotalMilliseconds, 10, 60_000)),
        MaxWebSockets = ServerOptions.Number(section, nameof(SubscriptionOptions.MaxWebSockets), preset.MaxWebSockets, 0, 1_000_000),
    };

    private static string[] EndpointsOf(IConfigurationSection section)
    {
        var endpoints = ServerOptions.Parts(section[nameof(SubscriptionOptions.AllowedEndpoints)]);
        foreach (var endpoint in endpoints)
        {
            if (endpoint == "*") continue;
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
                throw ServerOptions.Refused($"The setting {section.Path}:AllowedEndpoints is a list of URLs like https://hooks.example.org/fhir, or *; '{endpoint}' is none.");
        }

        return endpoints;
    }
}
