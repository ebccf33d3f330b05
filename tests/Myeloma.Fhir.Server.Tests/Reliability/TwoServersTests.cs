using Xunit;

namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>Several servers on one database.</summary>
[Trait("Category", "Postgres")]
public sealed class TwoServersTests
{
    private static readonly (string, string) Strict = ("Prefer", "handling=strict");

    [Fact]
    public async Task Servers_that_start_at_once_on_an_empty_database_fill_it_once()
    {
        var servers = await RunningServer.StartAtOnceAsync(2);
        try
        {
            foreach (var server in servers)
            {
                var history = await server.GetAsync("/_history?_count=1000");
                Assert.All(history.Entries, entry => Assert.Equal("W/\"1\"", entry.GetProperty("response").GetProperty("etag").GetString()));
                Assert.Equal(18, (await server.GetAsync("/Medication?_summary=count")).Json.GetProperty("total").GetInt32());
                Assert.Equal(["bortezomib-dexamethasone-lenalidomide"], (await server.GetAsync("/PlanDefinition?abbreviation=RVd")).Matches);
            }
        }
        finally
        {
            foreach (var server in servers.Reverse()) await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_search_parameter_of_one_server_counts_for_what_the_other_writes()
    {
        var one = await RunningServer.StartAsync();
        var other = await one.AnotherAsync();
        try
        {
            await other.PutAsync("""{"resourceType":"Patient","id":"before","name":[{"given":["Zoe"]}]}""");
            await one.PutAsync("""
                {"resourceType":"SearchParameter","id":"nick","url":"http://example.org/nick","name":"nick","status":"active","description":"d","code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given"}
                """);

            // At once: a row that is missed now would be missed for good.
            await other.PutAsync("""{"resourceType":"Patient","id":"after","name":[{"given":["Zoe"]}]}""");
            await other.PutAsync("""{"resourceType":"Patient","id":"neither","name":[{"given":["Ada"]}]}""");

            Assert.Equal(["before", "after"], (await one.GetAsync("/Patient?nick=zoe&_sort=_lastUpdated", Strict)).Matches);
            Assert.Equal(["before", "after"], (await other.GetAsync("/Patient?nick=zoe&_sort=_lastUpdated", Strict)).Matches);
        }
        finally
        {
            await other.DisposeAsync();
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_only_reads_learns_of_search_parameters_within_seconds_and_of_their_end()
    {
        var one = await RunningServer.StartAsync();
        var reader = await one.AnotherAsync();
        try
        {
            await one.PutAsync("""{"resourceType":"Patient","id":"zoe","name":[{"given":["Zoe"]}]}""");
            await one.PutAsync("""
                {"resourceType":"SearchParameter","id":"nick","url":"http://example.org/nick","name":"nick","status":"active","description":"d","code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given"}
                """);
            await Eventually.HoldsAsync(async () => (await reader.GetAsync("/Patient?nick=zoe", Strict)).Status == 200);
            Assert.Equal(["zoe"], (await reader.GetAsync("/Patient?nick=zoe", Strict)).Matches);

            Assert.Equal(204, (await one.SendAsync("DELETE", "/SearchParameter/nick")).Status);
            await Eventually.HoldsAsync(async () => (await reader.GetAsync("/Patient?nick=zoe", Strict)).Status == 400);
        }
        finally
        {
            await reader.DisposeAsync();
            await one.DisposeAsync();
        }
    }
}
