using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Clients;

/// <summary>What a client got from a server of its own: its driver (<c>Npm/{name}.mjs</c>) runs all scenarios once for the tests of a class.</summary>
public abstract class DrivenClient(string name) : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private RunningServer? server;

    /// <summary>By scenario; nothing where the client can't be had.</summary>
    public JsonElement Results { get; private set; }

    /// <summary>What the server says of itself, to tell what is offered.</summary>
    public JsonElement Rest { get; private set; }

    /// <summary>The capabilities of Patient.</summary>
    public JsonElement Patient => Rest.GetProperty("resource").EnumerateArray().Single(type => type.GetProperty("type").GetString() == "Patient");

    /// <summary>Whether all types are searched at once.</summary>
    public bool SearchesSystem => Rest.GetProperty("interaction").EnumerateArray().Any(each => each.GetProperty("code").GetString() == "search-system");

    /// <summary>The scenarios with a whole answer in <c>Npm/{name}.expected.json</c>.</summary>
    public static TheoryData<string> Scenarios(string name) => [.. Expected(name).Select(scenario => scenario.Key)];

    /// <summary>Insists that a scenario got exactly what is expected, the order of properties aside.</summary>
    public void Check(string scenario)
    {
        var expected = Expected(name)[scenario];
        var actual = JsonNode.Parse(Results.GetProperty(scenario).GetRawText())!;
        if (!JsonNode.DeepEquals(expected, actual)) Assert.Equal(expected!.ToJsonString(Indented), actual.ToJsonString(Indented));
    }

    public async Task InitializeAsync()
    {
        if (NodeClients.Reason is not null) return;
        server = await RunningServer.StartAsync();
        Rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];
        Results = await NodeClients.RunAsync($"{name}.mjs", server.BaseUrl);
    }

    public async Task DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }

    private static JsonObject Expected(string name) => JsonNode.Parse(NodeClients.Text($"{name}.expected.json"))!.AsObject();
}
