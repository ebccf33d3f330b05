using System.Net.WebSockets;
using System.Text;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Subscriptions.SubscribedServer;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <remarks>https://hl7.org/fhir/R4/subscription.html</remarks>
[Trait("Category", "Postgres")]
public sealed class WebSocketTests(SubscribedServer subscribed) : IClassFixture<SubscribedServer>
{
    private readonly RunningServer server = subscribed.Server;

    private static string Subscription(string id, string criteria) =>
        $$$"""{"resourceType":"Subscription","id":"{{{id}}}","status":"requested","reason":"r","criteria":"{{{criteria}}}","channel":{"type":"websocket"}}""";

    private static async Task<ClientWebSocket> ConnectAsync(RunningServer to, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new Uri($"ws{to.BaseUrl["http".Length..]}/websocket"), CancellationToken.None);
        return socket;
    }

    private static async Task<string> AskAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return await ReadAsync(socket);
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[1000];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, read.Count);
    }

    [Fact]
    public async Task Clients_on_two_servers_are_pinged_when_something_matches_what_they_are_bound_to()
    {
        var other = await server.AnotherAsync(Settings);
        try
        {
            await subscribed.SubscribeAsync(Subscription("ws-a", "Patient?family=wsa"));
            await subscribed.SubscribeAsync(Subscription("ws-b", "Patient?family=wsb"));
            using var here = await ConnectAsync(server);
            using var there = await ConnectAsync(other);
            Assert.Equal("bound ws-a", await AskAsync(here, "bind ws-a"));
            Assert.Equal("bound ws-a", await AskAsync(there, "bind ws-a"));
            Assert.Equal("bound ws-b", await AskAsync(there, "bind ws-b"));

            await server.PutAsync(Patient("ws-0", "nobody"));
            await server.PutAsync(Patient("ws-1", "wsa"));
            Assert.Equal(("ping ws-a", "ping ws-a"), (await ReadAsync(here), await ReadAsync(there)));
            await other.PutAsync(Patient("ws-2", "wsb"));
            Assert.Equal("ping ws-b", await ReadAsync(there));
            await other.PutAsync(Patient("ws-1", "wsaa"));
            Assert.Equal(("ping ws-a", "ping ws-a"), (await ReadAsync(here), await ReadAsync(there)));
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public async Task What_can_not_be_bound_is_told_and_what_is_no_message_closes()
    {
        await subscribed.SubscribeAsync(subscribed.Hook("ws-hook", "Patient?family=wshook"));
        await server.PutAsync(Subscription("ws-off", "Patient").Replace("requested", "off", StringComparison.Ordinal));
        using var socket = await ConnectAsync(server);

        Assert.Equal("error ws-never Subscription/ws-never is not known here.", await AskAsync(socket, "bind ws-never"));
        Assert.Equal("error ws-hook The channel of Subscription/ws-hook is rest-hook.", await AskAsync(socket, "bind ws-hook"));
        Assert.Equal("error ws-off Subscription/ws-off has the status off.", await AskAsync(socket, "bind ws-off"));
        Assert.Equal("error  A message is 'bind' and the id of a Subscription.", await AskAsync(socket, "subscribe"));
        await AskAsync(socket, new string('x', 1000));
        Assert.Equal((WebSocketCloseStatus.InvalidMessageType, "A message is a text like 'bind [id]'."), (socket.CloseStatus, socket.CloseStatusDescription));
    }

    [Fact]
    public async Task A_page_of_another_origin_may_not_connect_and_a_plain_request_is_told_what_is_there()
    {
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(server, "https://evil.example"));
        using var own = await ConnectAsync(server, server.BaseUrl[..^"/fhir".Length]);
        Assert.Equal(WebSocketState.Open, own.State);

        var plain = await server.GetAsync("/websocket");
        Assert.Equal(400, plain.Status);
        Assert.Equal(["error invalid: Subscriptions are bound to over a websocket at this URL; this request does not ask for one."], plain.Issues);
        var extension = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0].GetProperty("extension")[0];
        Assert.Equal(("http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket", $"ws{server.BaseUrl["http".Length..]}/websocket"), (extension.GetProperty("url").GetString(), extension.GetProperty("valueUri").GetString()));
    }
}
