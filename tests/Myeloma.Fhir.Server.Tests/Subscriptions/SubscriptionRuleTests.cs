using System.Net;
using Myeloma.Fhir.Server.Subscriptions;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <summary>What may be subscribed to, and where notifications may go.</summary>
[Trait("Category", "Postgres")]
public sealed class SubscriptionRuleTests(SubscribedServer subscribed) : IClassFixture<SubscribedServer>
{
    private readonly RunningServer server = subscribed.Server;

    private static string Subscription(string status, string criteria, string channel) =>
        $$"""{"resourceType":"Subscription","status":"{{status}}","reason":"r","criteria":"{{criteria}}","channel":{{channel}}}""";

    private const string Socket = """{"type":"websocket"}""";

    [Theory]
    [InlineData("active", "Patient", Socket, "error business-rule Subscription.status: The status 'active' is set by the server; send 'requested' to have the subscription checked and taken up, or 'off' to end it.")]
    [InlineData("error", "Patient", Socket, "error business-rule Subscription.status: The status 'error' is set by the server; send 'requested' to have the subscription checked and taken up, or 'off' to end it.")]
    [InlineData("requested", "Patient", """{"type":"email","endpoint":"mailto:a@example.org"}""", "error business-rule Subscription.channel.type: The channel 'email' is not offered by this server; rest-hook and websocket are.")]
    [InlineData("requested", "Patient", """{"type":"message"}""", "error business-rule Subscription.channel.type: The channel 'message' is not offered by this server; rest-hook and websocket are.")]
    [InlineData("requested", "Patient", """{"type":"websocket","payload":"application/fhir+json"}""", "error business-rule Subscription.channel.payload: A websocket tells that something matched, and carries no payload.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook"}""", "error business-rule Subscription.channel.endpoint: A rest-hook needs an endpoint, an absolute URL.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook","endpoint":"hook"}""", "error business-rule Subscription.channel.endpoint: The endpoint 'hook' is no absolute http or https URL.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook","endpoint":"https://a:b@example.org/"}""", "error business-rule Subscription.channel.endpoint: The endpoint holds a user name or password; they belong into a header of the channel.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook","endpoint":"https://example.org/","payload":"text/plain"}""", "error business-rule Subscription.channel.payload: The payload 'text/plain' is not offered; application/fhir+json and application/fhir+xml are, or none.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook","endpoint":"https://example.org/","header":["X-A: b","Host: inside"]}""", "error business-rule Subscription.channel.header[1]: The header 'Host' is set by this server and can't be chosen.")]
    [InlineData("requested", "Patient", """{"type":"rest-hook","endpoint":"https://example.org/","header":["X-A: b\r\nX-B: c"]}""", "error business-rule Subscription.channel.header[0]: A header is a name, a colon and a value of printable characters: 'Authorization: Bearer …'.")]
    [InlineData("requested", "Patient?famly=x", Socket, "error business-rule Subscription.criteria: Search parameter 'famly' is not known for Patient; did you mean 'family'?")]
    [InlineData("requested", "Patient?_count=5", Socket, "error business-rule Subscription.criteria: '_count' is no criterion: it says how an answer is to look, and has no place in the criteria of a subscription.")]
    [InlineData("requested", "/Patient", Socket, "error business-rule Subscription.criteria: The criteria begin with '/Patient', which is no resource type of FHIR R4; they are a search without the base URL, like 'Observation?code=…'.")]
    public async Task A_subscription_that_can_not_be_served_is_refused_when_it_is_sent(string status, string criteria, string channel, string issue)
    {
        var answer = await server.SendAsync("POST", "/Subscription", Subscription(status, criteria, channel));

        Assert.Equal(422, answer.Status);
        Assert.Equal([issue], answer.Issues);
    }

    [Fact]
    public async Task All_faults_are_told_and_in_a_transaction_at_their_entries()
    {
        var second = Subscription("active", "Nothing", """{"type":"sms"}""");
        var answer = await server.SendAsync("POST", "", $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},
            {"resource":{{{second}}},"request":{"method":"POST","url":"Subscription"}}]}
            """);

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            ["Bundle.entry[1].resource.status", "Bundle.entry[1].resource.criteria", "Bundle.entry[1].resource.channel.type"],
            answer.Json.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("expression")[0].GetString()));
    }

    [Fact]
    public async Task Without_settings_no_endpoint_is_allowed_and_none_without_TLS_or_inside_a_network()
    {
        var plain = await RunningServer.StartAsync();
        try
        {
            var refused = await plain.SendAsync("POST", "/Subscription", Subscription("requested", "Patient", """{"type":"rest-hook","endpoint":"https://example.org/hook"}"""));
            var open = await plain.SendAsync("POST", "/Subscription", Subscription("requested", "Patient", """{"type":"rest-hook","endpoint":"http://example.org/hook"}"""));

            Assert.Equal((422, 422), (refused.Status, open.Status));
            Assert.Equal(["error business-rule Subscription.channel.endpoint: This server does not send notifications to https://example.org (setting Fhir:Subscriptions:AllowedEndpoints)."], refused.Issues);
            Assert.Equal(["error business-rule Subscription.channel.endpoint: The endpoint is not https, and this server sends nothing without TLS (setting Fhir:Subscriptions:AllowHttp)."], open.Issues);
        }
        finally
        {
            await plain.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("https://hooks.example.org/fhir", true)]
    [InlineData("https://hooks.example.org/fhir/a", true)]
    [InlineData("https://hooks.example.org:443/fhir/a?token=b", true)]
    [InlineData("https://hooks.example.org/fhirs", false)]
    [InlineData("https://hooks.example.org/fhir/../admin", false)]
    [InlineData("https://hooks.example.org/fhir/%2e%2e/admin", false)]
    [InlineData("https://hooks.example.org/fhir/%2F..%2Fadmin", false)]
    [InlineData("https://hooks.example.org:8443/fhir", false)]
    [InlineData("https://hooks.example.org.evil.example/fhir", false)]
    [InlineData("https://evil.example/https://hooks.example.org/fhir", false)]
    public void An_endpoint_has_to_lie_below_one_that_is_allowed(string endpoint, bool isAllowed) =>
        Assert.Equal(isAllowed, new Interactions.Subscriptions.EndpointRules(new() { AllowedEndpoints = ["https://hooks.example.org/fhir/"] }).Refuse(endpoint) is null);

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task An_address_inside_is_refused_when_it_is_connected_to_whatever_its_name(string host)
    {
        var guarded = await RunningServer.StartAsync(("Fhir:Subscriptions:AllowedEndpoints", "*"), ("Fhir:Subscriptions:AllowHttp", "true"), ("Fhir:Subscriptions:MaxRetries", "0"), ("Fhir:Subscriptions:IntervalMilliseconds", "50"));
        try
        {
            var port = new Uri(subscribed.Hooks.Url).Port;
            await SubscribedServer.SubscribeAsync(guarded, $$$"""
                {"resourceType":"Subscription","id":"inside","status":"requested","reason":"r","criteria":"Patient","channel":{"type":"rest-hook","endpoint":"http://{{{host}}}:{{{port}}}/inside"}}
                """);
            await guarded.PutAsync(SubscribedServer.Patient("in-1", "inside"));

            var failed = await SubscribedServer.UntilStatusAsync(guarded, "inside", "error");
            Assert.EndsWith("stands for an address inside a network, and this server sends notifications to public ones only (setting Fhir:Subscriptions:AllowedNetworks).", failed.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Empty(subscribed.Hooks.At("/inside"));
        }
        finally
        {
            await guarded.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b::5db8:d822", true)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("10.9.8.7", true, "10.9.0.0/16")]
    [InlineData("::ffff:10.9.8.7", true, "10.9.0.0/16")]
    public void Only_public_addresses_and_networks_of_the_setting_are_connected_to(string address, bool isAllowed, string? network = null) =>
        Assert.Equal(isAllowed, new AddressRules(network is null ? [] : [IPNetwork.Parse(network)]).Allows(IPAddress.Parse(address)));
}
