using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <summary>A server that may send notifications to this machine, and an endpoint for them.</summary>
public sealed class SubscribedServer : IAsyncLifetime
{
    public static readonly (string, string)[] Settings =
    [
        ("Fhir:Subscriptions:AllowedEndpoints", "*"),
        ("Fhir:Subscriptions:AllowHttp", "true"),
        ("Fhir:Subscriptions:AllowedNetworks", "127.0.0.0/8"),
        ("Fhir:Subscriptions:FirstRetryMilliseconds", "20"),
        ("Fhir:Subscriptions:MaxRetries", "2"),
        ("Fhir:Subscriptions:IntervalMilliseconds", "50"),
        ("Fhir:Subscriptions:MaxPayloadBytes", "20000"),
    ];

    public RunningServer Server { get; private set; } = null!;

    public HookListener Hooks { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Hooks = await HookListener.StartAsync();
        Server = await RunningServer.StartAsync(Settings);
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await Hooks.DisposeAsync();
    }

    /// <summary>A rest-hook with the id as the path of its endpoint.</summary>
    public string Hook(string id, string criteria, string? payload = null, string status = "requested", string more = "") => $$$"""
        {"resourceType":"Subscription","id":"{{{id}}}","status":"{{{status}}}",{{{more}}}"reason":"test","criteria":"{{{criteria}}}","channel":{"type":"rest-hook","endpoint":"{{{Hooks.Url}}}/{{{id}}}"{{{(payload is null ? "" : $",\"payload\":\"{payload}\"")}}},"header":["Authorization: Bearer abc","X-Test: {{{id}}}"]}}
        """;

    /// <summary>Asks for a subscription and waits until it is active.</summary>
    public static async Task SubscribeAsync(RunningServer server, string subscription)
    {
        await server.PutAsync(subscription);
        using var json = JsonDocument.Parse(subscription);
        await UntilStatusAsync(server, json.RootElement.GetProperty("id").GetString()!, "active");
    }

    public Task SubscribeAsync(string subscription) => SubscribeAsync(Server, subscription);

    /// <summary>Waits until the resource has that status.</summary>
    public static async Task<Answer> UntilStatusAsync(RunningServer server, string id, string status)
    {
        Answer? last = null;
        await Eventually.HoldsAsync(
            async () => (last = await server.GetAsync($"/Subscription/{id}")).Json.GetProperty("status").GetString() == status,
            () => $"Expected {status}: {last!.Body}");
        return last!;
    }

    public Task<Answer> UntilStatusAsync(string id, string status) => UntilStatusAsync(Server, id, status);

    public static string Patient(string id, string family) => $$$"""{"resourceType":"Patient","id":"{{{id}}}","name":[{"family":"{{{family}}}"}]}""";
}
