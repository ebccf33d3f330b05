using Npgsql;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Subscriptions.SubscribedServer;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <summary>Nothing is missed: over restarts, on several servers, behind slow writes.</summary>
[Trait("Category", "Postgres")]
public sealed class SeveralServerSubscriptionTests(SubscribedServer subscribed) : IClassFixture<SubscribedServer>
{
    private readonly HookListener hooks = subscribed.Hooks;

    [Fact]
    public async Task Every_match_is_delivered_once_by_one_of_two_servers_and_by_the_other_when_that_one_goes()
    {
        var one = await RunningServer.StartAsync(Settings);
        var other = await one.AnotherAsync(Settings);
        try
        {
            await SubscribeAsync(other, subscribed.Hook("sv-two", "Patient?family=svtwo", "application/fhir+json"));
            await Task.WhenAll(Enumerable.Range(0, 40).Select(at => (at % 2 == 0 ? one : other).PutAsync(Patient($"sv-{at}", "svtwo"))));
            await hooks.WaitAsync("/sv-two", 40);
            await one.StopAsync();
            for (var at = 40; at < 50; at++) await other.PutAsync(Patient($"sv-{at}", "svtwo"));

            var told = await hooks.WaitAsync("/sv-two", 50);

            Assert.Equal(Enumerable.Range(0, 50).Select(at => $"/sv-two/Patient/sv-{at}").Order(StringComparer.Ordinal), told.Select(request => request.Path).Order(StringComparer.Ordinal));
        }
        finally
        {
            await other.DisposeAsync();
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_was_not_delivered_before_a_stop_is_delivered_after_the_next_start()
    {
        var isDown = true;
        hooks.Answer = (request, context) =>
        {
            if (isDown && request.Path.StartsWith("/sv-restart", StringComparison.Ordinal)) context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (string, string)[] patient = [.. Settings, ("Fhir:Subscriptions:MaxRetries", "100")];
        var server = await RunningServer.StartAsync(patient);
        try
        {
            await SubscribeAsync(server, subscribed.Hook("sv-restart", "Patient?family=svrestart", "application/fhir+json"));
            await server.PutAsync(Patient("sv-r0", "svrestart"));
            await hooks.WaitAsync("/sv-restart", 2);
            for (var at = 1; at < 20; at++) await server.PutAsync(Patient($"sv-r{at}", "svrestart"));
            await server.StopAsync();
            isDown = false;
            var before = hooks.At("/sv-restart").Count;

            var next = await server.AnotherAsync(patient);
            try
            {
                var told = (await hooks.WaitAsync("/sv-restart", before + 20)).Skip(before).Select(request => request.Path).ToList();
                Assert.Equal(Enumerable.Range(0, 20).Select(at => $"/sv-restart/Patient/sv-r{at}").Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
            }
            finally
            {
                await next.StopAsync();
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_write_that_commits_late_is_not_skipped_by_later_ones()
    {
        var server = subscribed.Server;
        await subscribed.SubscribeAsync(subscribed.Hook("sv-late", "Patient?family=svlate", "application/fhir+json"));

        // Somebody holds the key of the late one, without committing it: its write waits with its time taken and its rows half written.
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("INSERT INTO resource (rid, type, id, version, deleted, method, body) VALUES (1, 'Patient', 'sv-late', 1, false, 'PUT', '')", connection))
            await hold.ExecuteNonQueryAsync();
        var late = server.PutAsync(Patient("sv-late", "svlate"));
        await Eventually.HoldsAsync(
            async () =>
            {
                await using var waits = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'", connection);
                return (long)(await waits.ExecuteScalarAsync())! > 0;
            },
            () => "The late write does not wait.");
        await server.PutAsync(Patient("sv-early", "svlate"));
        await Task.Delay(300);
        Assert.Empty(hooks.At("/sv-late"));
        await transaction.RollbackAsync();
        await late;

        var told = await hooks.WaitAsync("/sv-late", 2);
        Assert.Equal(["/sv-late/Patient/sv-early", "/sv-late/Patient/sv-late"], told.Select(request => request.Path).Order(StringComparer.Ordinal));
        Assert.True(await LastUpdatedAsync(server, "sv-late") < await LastUpdatedAsync(server, "sv-early"), "The late one was to have the earlier time.");
    }

    private static async Task<DateTimeOffset> LastUpdatedAsync(RunningServer server, string id) =>
        (await server.GetAsync($"/Patient/{id}")).Json.GetProperty("meta").GetProperty("lastUpdated").GetDateTimeOffset();
}
