using Microsoft.AspNetCore.Http;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Subscriptions.SubscribedServer;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <remarks>https://hl7.org/fhir/R4/subscription.html</remarks>
[Trait("Category", "Postgres")]
public sealed class RestHookTests(SubscribedServer subscribed) : IClassFixture<SubscribedServer>
{
    private readonly RunningServer server = subscribed.Server;
    private readonly HookListener hooks = subscribed.Hooks;

    [Fact]
    public async Task What_matches_is_told_by_an_empty_POST_with_the_headers_of_the_channel()
    {
        await subscribed.SubscribeAsync(subscribed.Hook("rh-empty", "Patient?family=rhempty"));
        await server.PutAsync(Patient("rh-1", "rhempty"));

        var request = (await hooks.WaitAsync("/rh-empty", 1))[0];

        Assert.Equal(("POST", "/rh-empty", "", "0"), (request.Method, request.Path, request.Body, request.Headers["Content-Length"]));
        Assert.Equal(("Bearer abc", "rh-empty"), (request.Headers["Authorization"], request.Headers["X-Test"]));
        Assert.StartsWith("Myeloma.Fhir/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Type", request.Headers.Keys);
    }

    [Fact]
    public async Task What_does_not_match_what_leaves_the_criteria_and_what_is_deleted_is_not_told()
    {
        await server.PutAsync(Patient("rh-before", "rhleave"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-leave", "Patient?family=rhleave", "application/fhir+json"));
        await server.PutAsync(Patient("rh-2", "other"));
        await server.PutAsync(Patient("rh-3", "rhleave"));
        await hooks.WaitAsync("/rh-leave", 1);
        await server.PutAsync(Patient("rh-3", "gone"));
        await server.PutAsync(Patient("rh-2", "rhleave"));
        await hooks.WaitAsync("/rh-leave", 2);
        Assert.Equal(204, (await server.SendAsync("DELETE", "/Patient/rh-2")).Status);
        await server.PutAsync(Patient("rh-3", "rhleave"));

        var requests = await hooks.WaitAsync("/rh-leave", 3);

        Assert.Equal(["PUT /rh-leave/Patient/rh-3", "PUT /rh-leave/Patient/rh-2", "PUT /rh-leave/Patient/rh-3"], requests.Select(request => $"{request.Method} {request.Path}"));
        Assert.Equal((await server.GetAsync("/Patient/rh-3")).Body, requests[2].Body);
        Assert.Equal((await server.GetAsync("/Patient/rh-2/_history/2")).Body, requests[1].Body);
        Assert.Equal("application/fhir+json; charset=utf-8", requests[0].Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_payload_may_be_XML_and_an_update_that_still_matches_is_told_too()
    {
        await subscribed.SubscribeAsync(subscribed.Hook("rh-xml", "Patient?family:exact=rhxml", "application/fhir+xml"));
        await server.PutAsync(Patient("rh-4", "rhxml"));
        await hooks.WaitAsync("/rh-xml", 1);
        await server.PutAsync("""{"resourceType":"Patient","id":"rh-4","active":true,"name":[{"family":"rhxml"}]}""");

        var requests = await hooks.WaitAsync("/rh-xml", 2);

        Assert.Equal("application/fhir+xml; charset=utf-8", requests[1].Headers["Content-Type"]);
        Assert.Equal((await server.GetAsync("/Patient/rh-4", ("Accept", "application/fhir+xml"))).Body, requests[1].Body);
    }

    [Fact]
    public async Task Criteria_may_be_a_type_alone_a_chain_a_value_set_and_the_words_of_a_resource()
    {
        await subscribed.SubscribeAsync(subscribed.Hook("rh-type", "Basic"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-chain", "Observation?subject:Patient.family=rhchain", "application/fhir+json"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-words", "Observation?_content=seldomword", "application/fhir+json"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-set", "Patient?family=rhset&gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "application/fhir+json"));
        await server.PutAsync(Patient("rh-5", "rhchain"));
        await server.PutAsync(Patient("rh-14", "rhset"));
        await server.PutAsync("""{"resourceType":"Patient","id":"rh-15","gender":"other","name":[{"family":"rhset"}]}""");
        await server.PutAsync("""{"resourceType":"Basic","id":"rh-6","code":{"text":"x"}}""");
        await server.PutAsync("""{"resourceType":"Observation","id":"rh-7","status":"final","code":{"text":"seldomword"},"subject":{"reference":"Patient/rh-5"}}""");

        Assert.Equal("/rh-set/Patient/rh-15", (await hooks.WaitAsync("/rh-set", 1))[0].Path);
        Assert.Equal("/rh-type", (await hooks.WaitAsync("/rh-type", 1))[0].Path);
        Assert.Equal("/rh-chain/Observation/rh-7", (await hooks.WaitAsync("/rh-chain", 1))[0].Path);
        Assert.Equal("/rh-words/Observation/rh-7", (await hooks.WaitAsync("/rh-words", 1))[0].Path);
    }

    [Fact]
    public async Task An_endpoint_that_keeps_failing_puts_the_subscription_into_error_and_nothing_is_lost_when_it_is_asked_for_again()
    {
        var answers = 503;
        hooks.Answer = (request, context) =>
        {
            if (request.Path.StartsWith("/rh-fail", StringComparison.Ordinal)) context.Response.StatusCode = answers;
            return Task.CompletedTask;
        };
        await subscribed.SubscribeAsync(subscribed.Hook("rh-fail", "Patient?family=rhfail", "application/fhir+json"));
        await server.PutAsync(Patient("rh-8", "rhfail"));

        var failed = await subscribed.UntilStatusAsync("rh-fail", "error");
        Assert.Equal("The endpoint answered 503.", failed.Json.GetProperty("error").GetString());
        Assert.Equal("W/\"3\"", failed.Header("ETag"));
        Assert.Equal(3, hooks.At("/rh-fail").Count);
        await server.PutAsync(Patient("rh-9", "rhfail"));
        var status = (await server.GetAsync("/Subscription/rh-fail/$status")).Json.GetProperty("parameter").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
        Assert.Equal(("error", 1, 0, 3), (status["status"].GetProperty("valueCode").GetString(), status["backlog"].GetProperty("valueInteger").GetInt32(), status["delivered"].GetProperty("valueInteger").GetInt32(), status["failures"].GetProperty("valueInteger").GetInt32()));
        Assert.Equal("The endpoint answered 503.", status["lastError"].GetProperty("valueString").GetString());
        Assert.Contains("lastFailure", status.Keys);
        Assert.Matches("(?m)^myeloma_fhir_subscription_failures_total ([3-9]|\\d\\d+)$", await server.Client.GetStringAsync(new Uri(server.BaseUrl.Replace("/fhir", "/metrics", StringComparison.Ordinal))));

        answers = 204;
        await subscribed.SubscribeAsync(subscribed.Hook("rh-fail", "Patient?family=rhfail", "application/fhir+json", more: "\"error\":\"still said\","));
        var requests = await hooks.WaitAsync("/rh-fail", 5);

        Assert.Equal(["/rh-fail/Patient/rh-8", "/rh-fail/Patient/rh-9"], requests.Skip(3).Select(request => request.Path).Order(StringComparer.Ordinal));
        Assert.False((await server.GetAsync("/Subscription/rh-fail")).Json.TryGetProperty("error", out _));
        Assert.Equal(["requested", "active", "error", "requested", "active"], (await server.GetAsync("/Subscription/rh-fail/_history")).Entries.Select(entry => entry.GetProperty("resource").GetProperty("status").GetString()!).Reverse());
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_one_failure_is_no_end()
    {
        var first = true;
        hooks.Answer = (request, context) =>
        {
            if (request.Path.StartsWith("/rh-redirect", StringComparison.Ordinal) && first)
            {
                first = false;
                context.Response.Redirect($"{hooks.Url}/rh-elsewhere");
            }

            return Task.CompletedTask;
        };
        await subscribed.SubscribeAsync(subscribed.Hook("rh-redirect", "Patient?family=rhredirect"));
        await server.PutAsync(Patient("rh-10", "rhredirect"));

        Assert.Equal(2, (await hooks.WaitAsync("/rh-redirect", 2)).Count);
        Assert.Empty(hooks.At("/rh-elsewhere"));
        await Eventually.HoldsAsync(async () => (await server.GetAsync("/Subscription/rh-redirect/$status")).Body.Contains("\"failures\",\"valueInteger\":0", StringComparison.Ordinal), () => "Failures are not counted down.");
        Assert.Contains("The endpoint answered 302; redirects are not followed.", (await server.GetAsync("/Subscription/rh-redirect/$status")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_that_is_off_or_deleted_tells_nothing_and_begins_anew_when_it_is_asked_for_again()
    {
        await subscribed.SubscribeAsync(subscribed.Hook("rh-off", "Patient?family=rhoff", "application/fhir+json"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-deleted", "Patient?family=rhoff"));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-on", "Patient?family=rhoff"));
        await server.PutAsync(subscribed.Hook("rh-off", "Patient?family=rhoff", "application/fhir+json", status: "off"));
        Assert.Equal(204, (await server.SendAsync("DELETE", "/Subscription/rh-deleted")).Status);
        await server.PutAsync(Patient("rh-11", "rhoff"));
        await hooks.WaitAsync("/rh-on", 1);
        await subscribed.SubscribeAsync(subscribed.Hook("rh-off", "Patient?family=rhoff", "application/fhir+json"));
        await server.PutAsync(Patient("rh-12", "rhoff"));

        Assert.Equal("/rh-off/Patient/rh-12", Assert.Single(await hooks.WaitAsync("/rh-off", 1)).Path);
        Assert.Empty(hooks.At("/rh-deleted"));
        Assert.Equal(410, (await server.GetAsync("/Subscription/rh-deleted/$status")).Status);
    }

    [Fact]
    public async Task A_slow_endpoint_holds_back_nobody_else()
    {
        using var release = new SemaphoreSlim(0);
        hooks.Answer = (request, _) => request.Path.StartsWith("/rh-slow", StringComparison.Ordinal) ? release.WaitAsync(TimeSpan.FromSeconds(30)) : Task.CompletedTask;
        var other = await HookListener.StartAsync();
        try
        {
            await subscribed.SubscribeAsync(subscribed.Hook("rh-slow", "Patient?family=rhslow"));
            await subscribed.SubscribeAsync($$$"""
                {"resourceType":"Subscription","id":"rh-quick","status":"requested","reason":"test","criteria":"Patient?family=rhslow","channel":{"type":"rest-hook","endpoint":"{{{other.Url}}}/rh-quick"}}
                """);
            for (var at = 0; at < 12; at++) await server.PutAsync(Patient($"rh-s{at}", "rhslow"));

            Assert.Equal(12, (await other.WaitAsync("/rh-quick", 12)).Count);
            Assert.InRange(hooks.At("/rh-slow").Count, 0, 4);
            release.Release(100);
            Assert.Equal(12, (await hooks.WaitAsync("/rh-slow", 12)).Count);
        }
        finally
        {
            release.Release(100);
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_end_turns_it_off_and_a_resource_too_large_to_send_along_is_an_error_at_once()
    {
        await server.PutAsync(subscribed.Hook("rh-past", "Patient", more: "\"end\":\"2020-01-01T00:00:00Z\","));
        await server.PutAsync(subscribed.Hook("rh-end", "Patient?family=rhend", more: $"\"end\":\"{DateTimeOffset.UtcNow.AddSeconds(2):yyyy-MM-dd'T'HH:mm:ss'Z'}\","));
        await subscribed.SubscribeAsync(subscribed.Hook("rh-large", "Patient?_id=rh-13", "application/fhir+json"));
        await server.PutAsync(Patient("rh-13", new string('x', 30_000)));

        await subscribed.UntilStatusAsync("rh-past", "off");
        await subscribed.UntilStatusAsync("rh-end", "off");
        var failed = await subscribed.UntilStatusAsync("rh-large", "error");
        Assert.Matches(@"^Patient/rh-13 has 30,\d{3} bytes, more than the 20,000 that are sent along \(setting Fhir:Subscriptions:MaxPayloadBytes\)\.$", failed.Json.GetProperty("error").GetString());
        Assert.Empty(hooks.At("/rh-large"));
    }
}
