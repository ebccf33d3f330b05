using Myeloma.Fhir.Server.Tests.Bulk;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>What holds for artifacts on every way to write them: url and version are one resource's, and a status does not go back.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-lifecycle.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ArtifactRuleTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Create_update_and_patch_are_refused_with_409_and_the_id_of_the_other()
    {
        await server.PutAsync(Library("first", "a"));
        await server.PutAsync(Library("second", "a", "2.0.0"));

        var created = await server.SendAsync("POST", "/Library", Library(null, "a"));
        var updated = await server.SendAsync("PUT", "/Library/second", Library("second", "a"));
        var patched = await server.SendAsync("PATCH", "/Library/second", """[{"op":"replace","path":"/version","value":"1.0.0"}]""", ("Content-Type", "application/json-patch+json"));

        Assert.Equal((409, 409, 409), (created.Status, updated.Status, patched.Status));
        const string why = "has the url http://x/a and the version 1.0.0, which Library/first has already; give it another version, or change that one (setting Fhir:Artifacts:UniqueVersions).";
        Assert.EndsWith(why, Assert.Single(created.Issues), StringComparison.Ordinal);
        Assert.Equal([$"error duplicate Library.version: Library/second {why}"], updated.Issues);
        Assert.Equal(updated.Issues, patched.Issues);
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Library/second")).Header("ETag"));
    }

    [Fact]
    public async Task Of_a_transaction_all_faults_are_told_at_their_entries_and_nothing_is_stored()
    {
        await server.PutAsync(Library("t-1", "t"));
        await server.PutAsync(Library("t-2", "t", "2.0.0", "active"));

        var answer = await server.SendAsync("POST", "/", Bundle("transaction", Library("t-3", "t"), Library("t-2", "t", "2.0.0"), Library("t-4", "t-new"), Library("t-5", "t-new")));

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            ["error business-rule Bundle.entry[1].resource.status", "error duplicate Bundle.entry[0].resource.version", "error duplicate Bundle.entry[3].resource.version"],
            answer.Issues.Select(issue => issue[..issue.IndexOf(':', StringComparison.Ordinal)]).Order());
        Assert.Equal(404, (await server.GetAsync("/Library/t-4")).Status);
    }

    [Fact]
    public async Task Of_a_batch_only_the_entries_at_fault_are_refused()
    {
        await server.PutAsync(Library("b-1", "b", status: "retired"));

        var answer = await server.SendAsync("POST", "/", Bundle("batch", Library("b-1", "b"), Library("b-2", "b"), Library("b-3", "b", "3.0.0")));

        Assert.Equal(
            ["422 Unprocessable Content", "409 Conflict", "201 Created"],
            answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Of_an_import_only_the_lines_at_fault_are_refused()
    {
        await server.PutAsync(Library("i-1", "i", status: "active"));

        var manifest = await server.ImportAsync([Library("i-2", "i"), Library("i-3", "i-new"), Library("i-4", "i-new"), Library("i-1", "i"), Library("i-5", "i", "5.0.0")]);

        var error = Assert.Single(manifest.GetProperty("error").EnumerateArray());
        Assert.Equal(3, error.GetProperty("count").GetInt32());
        var found = await server.GetAsync("/Library?url=http://x/i,http://x/i-new&_sort=_id");
        Assert.Equal(["i-1", "i-3", "i-5"], found.Matches);
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Library/i-1")).Header("ETag"));
    }

    [Fact]
    public async Task Of_fifty_clients_at_two_servers_one_creates()
    {
        var other = await server.AnotherAsync();
        try
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(at => (at % 2 == 0 ? server : other).SendAsync("POST", "/Library", Library(null, "race"))));

            Assert.Single(answers, answer => answer.Status == 201);
            Assert.Equal(49, answers.Count(answer => answer.Status == 409));
            var id = Assert.Single((await server.GetAsync("/Library?url=http://x/race")).Matches);
            Assert.All(answers.Where(answer => answer.Status == 409), answer => Assert.Contains($"which Library/{id} has already", answer.Body, StringComparison.Ordinal));
        }
        finally
        {
            await other.StopServerAsync();
        }
    }

    [Fact]
    public async Task A_status_that_goes_back_is_refused_with_422_and_the_operation_to_use()
    {
        await server.PutAsync(Library("s", "s", status: "active"));

        var updated = await server.SendAsync("PUT", "/Library/s", Library("s", "s"));
        var patched = await server.SendAsync("PATCH", "/Library/s", """[{"op":"replace","path":"/status","value":"draft"}]""", ("Content-Type", "application/json-patch+json"));

        Assert.Equal((422, 422), (updated.Status, patched.Status));
        Assert.Equal(
            ["error business-rule Library.status: Library/s is active and can't become draft: an active artifact becomes retired and nothing else; use $draft for a new version of it, or $retire to end it (setting Fhir:Artifacts:StatusRules)."],
            updated.Issues);
        Assert.Equal(updated.Issues, patched.Issues);
    }

    [Fact]
    public async Task A_server_without_the_rules_stores_what_it_is_given()
    {
        var plain = await RunningServer.StartAsync(("Fhir:Artifacts:UniqueVersions", "false"), ("Fhir:Artifacts:StatusRules", "false"));
        try
        {
            await plain.PutAsync(Library("p-1", "p", status: "retired"));
            await plain.PutAsync(Library("p-1", "p"));
            await plain.PutAsync(Library("p-2", "p"));

            Assert.Equal(2, (await plain.GetAsync("/Library?url=http://x/p")).Matches.Count);
            Assert.Equal(
                """{"resourceType":"Parameters","parameter":[{"name":"total","valueInteger":1},{"name":"duplicate","part":[{"name":"resource","valueReference":{"reference":"Library/p-2"}},{"name":"other","valueReference":{"reference":"Library/p-1"}}]}]}""",
                (await plain.GetAsync("/$duplicate-artifacts")).Body);
            Assert.Equal("""{"resourceType":"Parameters","parameter":[{"name":"total","valueInteger":1}]}""", (await plain.GetAsync("/$duplicate-artifacts?count=0")).Body);
            Assert.Equal(["error value: The parameter 'count' is a number from 0 to 10,000, not -1."], (await plain.GetAsync("/$duplicate-artifacts?count=-1")).Issues);
        }
        finally
        {
            await plain.StopAsync();
        }
    }

    private static string Library(string? id, string url, string version = "1.0.0", string status = "draft") =>
        $$"""{"resourceType":"Library",{{(id is null ? "" : $"\"id\":\"{id}\",")}}"url":"http://x/{{url}}","version":"{{version}}","status":"{{status}}","type":{"text":"any"} }""";

    private static string Bundle(string type, params string[] resources) => $$"""
        {"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', resources.Select(resource =>
            $"{{\"resource\":{resource},\"request\":{{\"method\":\"PUT\",\"url\":\"Library/{System.Text.Json.JsonDocument.Parse(resource).RootElement.GetProperty("id").GetString()}\"}}}}"))}}]}
        """;
}
