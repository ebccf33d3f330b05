using System.Text.Json.Nodes;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Subscriptions.SubscribedServer;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <summary>What the README promises an EHR: to be told at once when a regimen has changed, or a definition that it uses.</summary>
/// <remarks>https://hl7.org/fhir/R4/subscription.html</remarks>
[Trait("Category", "Postgres")]
public sealed class RegimenSubscriptionTests : IAsyncLifetime
{
    private const string Plan = "PlanDefinition/bortezomib-lenalidomide";
    private const string Canonical = "http://myeloma-fhir.org/fhir/" + Plan;

    private HookListener hooks = null!;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        hooks = await HookListener.StartAsync();
        server = await RunningServer.StartAsync([.. Settings, ("Fhir:LoadSeeds", "true")]);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await hooks.DisposeAsync();
    }

    [Fact]
    public async Task A_changed_regimen_and_a_changed_activity_of_it_are_told_and_others_are_not()
    {
        await SubscribeAsync(server, Hook("plans", $"PlanDefinition?url={Canonical}"));
        await SubscribeAsync(server, Hook("activities", $"ActivityDefinition?_has:PlanDefinition:definition:url={Canonical}"));

        await ChangeAsync("ActivityDefinition/carfilzomib");
        await ChangeAsync("ActivityDefinition/bortezomib");
        var activity = Assert.Single(await hooks.WaitAsync("/activities", 1));
        await ChangeAsync("PlanDefinition/bortezomib-dexamethasone-lenalidomide");
        await ChangeAsync(Plan);
        var plan = Assert.Single(await hooks.WaitAsync("/plans", 1));

        Assert.Equal(("PUT", "/activities/ActivityDefinition/bortezomib"), (activity.Method, activity.Path));
        Assert.Equal("told", JsonNode.Parse(activity.Body)!["usage"]!.ToString());
        Assert.Equal(("PUT", $"/plans/{Plan}"), (plan.Method, plan.Path));
        Assert.Equal((await server.GetAsync("/" + Plan)).Body, plan.Body);
    }

    private string Hook(string id, string criteria) =>
        $$$"""{"resourceType":"Subscription","id":"{{{id}}}","status":"requested","reason":"To know when a regimen changes","criteria":"{{{criteria}}}","channel":{"type":"rest-hook","endpoint":"{{{hooks.Url}}}/{{{id}}}","payload":"application/fhir+json"}}""";

    private async Task ChangeAsync(string reference)
    {
        var stored = JsonNode.Parse((await server.GetAsync("/" + reference)).Body)!.AsObject();
        stored["usage"] = "told";
        await server.PutAsync(stored.ToJsonString());
    }
}
