using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$lint</c> over a running server, and what <c>$validate</c> tells of the same rules.</summary>
[Trait("Category", "Postgres")]
public sealed class LintOperationTests(SeededServer seeded) : IClassFixture<SeededServer>, IAsyncLifetime
{
    private const string Shared = "regimen-shared-abbreviation: XY is also the abbreviation of PlanDefinition/lint-b, which has other drugs. Tell the two apart: one abbreviation means one set of drugs.";

    private readonly RunningServer server = seeded.Server;

    public async Task InitializeAsync()
    {
        await server.PutAsync(Plan("lint-a", "a", "b"));
        await server.PutAsync(Plan("lint-b", "a", "c"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Abbreviations_are_held_against_the_other_plans_of_the_server_by_id_by_url_and_sent_along()
    {
        foreach (var answer in new[]
        {
            await server.GetAsync("/PlanDefinition/lint-a/$lint"),
            await server.GetAsync("/PlanDefinition/$lint?url=http://example.org/lint-a"),
            await server.SendAsync("POST", "/PlanDefinition/$lint", Plan("lint-a", "a", "b")),
        })
        {
            Assert.Equal(200, answer.Status);
            Assert.Equal([Shared], Told(answer));
            Assert.Equal("PlanDefinition.identifier[0]", answer.Json.GetProperty("issue")[0].GetProperty("expression")[0].GetString());
        }
    }

    [Fact]
    public async Task Validation_of_a_valid_plan_tells_the_same_and_that_of_a_broken_one_its_faults()
    {
        var sound = await server.GetAsync("/PlanDefinition/lint-a/$validate");
        var broken = await server.SendAsync("POST", "/PlanDefinition/$validate", Plan("lint-a", "a", "b").Replace("\"draft\"", "\"sketch\"", StringComparison.Ordinal));

        Assert.Contains(Shared, Told(sound));
        Assert.DoesNotContain(Shared, Told(broken));
    }

    [Fact]
    public async Task A_plan_that_no_rule_objects_to_is_all_right_and_none_is_refused()
    {
        await server.PutAsync("""{"resourceType":"PlanDefinition","id":"lint-c","status":"draft","action":[{"title":"talk"}]}""");

        Assert.Equal(["All OK."], (await server.GetAsync("/PlanDefinition/lint-c/$lint")).Json.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("diagnostics").GetString()));
        Assert.Equal(400, (await server.GetAsync("/PlanDefinition/$lint")).Status);
        Assert.Equal(404, (await server.GetAsync("/PlanDefinition/nowhere/$lint")).Status);
        Assert.Equal(404, (await server.GetAsync("/ActivityDefinition/x/$lint")).Status);
    }

    private static string Plan(string id, params string[] drugs) => $$$"""
        {"resourceType":"PlanDefinition","id":"{{{id}}}","url":"http://example.org/{{{id}}}","status":"draft","identifier":[{"system":"http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation","value":"XY"}],
         "action":[{"title":"together","selectionBehavior":"all","action":[{{{string.Join(',', drugs.Select(drug => $$"""{"title":"{{drug}}","code":[{"coding":[{"system":"urn:lint-drugs","code":"{{drug}}"}]}]}"""))}}}]}]}
        """;

    private static List<string> Told(Answer answer) =>
        [.. answer.Json.GetProperty("issue").EnumerateArray().Select(issue => $"{IdOf(issue)}: {issue.GetProperty("diagnostics").GetString()}")];

    private static string? IdOf(JsonElement issue) =>
        issue.TryGetProperty("details", out var details) && details.TryGetProperty("coding", out var codings) ? codings[0].GetProperty("code").GetString() : null;
}
