using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>The pages of reviews, as a browser without script uses them: the token stands in the form, and nowhere else.</summary>
[Trait("Category", "Postgres")]
public sealed class ReviewPageTests : IAsyncLifetime
{
    private const string Token = "a long token";

    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync(
        ("Fhir:LoadSeeds", "true"), ("Fhir:Review:Reviewers:0:Name", "Jane <b>"), ("Fhir:Review:Reviewers:0:MayRelease", "true"),
        ("Fhir:Review:Reviewers:0:TokenSha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))));

    public Task DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_list_leads_to_each_statement_and_the_statement_stands_beside_its_sentence()
    {
        var list = await GetAsync("/review?type=MedicationKnowledge");
        var (id, words) = await StatementAsync("MedicationKnowledge.synonym[0]");

        var page = await GetAsync($"/review/{id}");

        Assert.Matches("<a href=\"/review/[0-9a-f]{32}\">", list.Body);
        Assert.Contains("<a href=\"/review?state=open&amp;type=MedicationKnowledge&amp;resource=&amp;offset=50\">Next</a>", list.Body, StringComparison.Ordinal);
        Assert.Contains($"<mark>{words}</mark>", page.Body, StringComparison.Ordinal);
        Assert.Contains($"name=\"value:\" class=\"code\" value=\"{words}\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("<form class=\"tool\" method=\"post\" action=\"/review/", page.Body, StringComparison.Ordinal);
        Assert.Contains("name=\"token\" type=\"password\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(404, (await GetAsync("/review/ffffffffffffffffffffffffffffffff")).Status);
    }

    [Fact]
    public async Task A_decision_needs_a_token_and_is_told_with_the_next_statement()
    {
        var (id, _) = await StatementAsync("MedicationKnowledge.synonym[0]");

        var nobody = await PostAsync(id, ("verdict", "rejected"), ("note", "kept <in> the form"));
        var stranger = await PostAsync(id, ("verdict", "rejected"), ("token", "guessed"));
        var unchanged = await PostAsync(id, ("verdict", "corrected"), ("token", Token));
        var corrected = await PostAsync(id, ("verdict", "corrected"), ("token", Token), ("value:", "Another <name>"));

        Assert.Equal(401, nobody.Status);
        Assert.Contains("kept &lt;in&gt; the form", nobody.Body, StringComparison.Ordinal);
        Assert.Contains("send the token of a reviewer", stranger.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", stranger.Body, StringComparison.Ordinal);
        Assert.Contains("Nothing differs from what was read", unchanged.Body, StringComparison.Ordinal);
        Assert.Equal(200, corrected.Status);
        Assert.Matches("Decided: corrected. <a href=\"/review/[0-9a-f]{32}\">Next open statement</a>", corrected.Body);
        Assert.Contains("by Jane &lt;b&gt;,", corrected.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"Another &lt;name&gt;\"", corrected.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, corrected.Body, StringComparison.Ordinal);
        Assert.Equal("corrected", JsonSerializer.Deserialize<JsonElement>((await server.GetAsync($"/Provenance/review-{id}")).Body).GetProperty("activity").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Contains("corrected", (await GetAsync("/review?state=corrected")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_released_on_the_page_of_its_statements_when_none_is_open_and_by_who_may()
    {
        const string plan = "PlanDefinition/bortezomib-lenalidomide";
        var queue = await server.GetAsync($"/$review-queue?resource={plan}");
        var ids = queue.Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "statement")
            .Select(statement => statement.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").GetString() == "id").GetProperty("valueId").GetString()).ToList();

        var open = await GetAsync($"/review?resource={plan}");
        var early = await PostAsync($"release/{plan}", ("token", Token));
        var decided = await server.SendAsync("POST", $"/$review-decide?verdict=approve&{string.Join('&', ids.Select(id => $"statement={id}"))}", null, ("Authorization", $"Bearer {Token}"));
        var ready = await GetAsync($"/review?resource={plan}");
        var stranger = await PostAsync($"release/{plan}", ("token", "guessed"));
        var released = await PostAsync($"release/{plan}", ("token", Token));

        Assert.Contains($"<a href=\"/review?resource={plan}\">{ids.Count} open</a>", open.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/review/release/", open.Body, StringComparison.Ordinal);
        Assert.Equal(422, early.Status);
        Assert.Contains("<div class=\"note\" role=\"alert\"><p>Nobody has reviewed this statement yet: ", early.Body, StringComparison.Ordinal);
        Assert.Equal(200, decided.Status);
        Assert.Contains($"<form class=\"tool\" method=\"post\" action=\"/review/release/{plan}\">", ready.Body, StringComparison.Ordinal);
        Assert.Equal(401, stranger.Status);
        Assert.Equal(200, released.Status);
        Assert.Contains($"<p class=\"note\" role=\"status\">Released: {plan} is active.</p>", released.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, released.Body, StringComparison.Ordinal);
        Assert.Equal("active", (await server.GetAsync("/" + plan)).Json.GetProperty("status").GetString());
        Assert.Equal(404, (await PostAsync("release/Patient/x", ("token", Token))).Status);
        Assert.Equal(404, (await PostAsync("release/PlanDefinition/never-was", ("token", Token))).Status);
    }

    [Fact]
    public async Task The_page_of_findings_tells_those_of_each_plan_as_lint_does()
    {
        var none = await GetAsync("/lint");
        await server.PutAsync("""{"resourceType":"PlanDefinition","id":"late","title":"Late <plan>","status":"draft","action":[{"title":"cycle","timingTiming":{"repeat":{"duration":21,"durationUnit":"d"}},"action":[{"title":"x","code":[{"coding":[{"system":"http://example.org/drug","code":"x"}]}],"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{"url":"day","valueInteger":22}]}]}]}]}""");

        var page = await GetAsync("/lint");
        var found = (await server.GetAsync("/PlanDefinition/late/$lint")).Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString()!;

        Assert.Contains("<a href=\"/lint\">Lint</a>", none.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/regimens/late", none.Body, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/regimens/late\">Late &lt;plan&gt;</a>", page.Body, StringComparison.Ordinal);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(found), page.Body, StringComparison.Ordinal);
        Assert.Contains("regimen-day-beyond-cycle", page.Body, StringComparison.Ordinal);
    }

    private async Task<(string Id, string Words)> StatementAsync(string element)
    {
        var queue = await server.GetAsync("/$review-queue?type=MedicationKnowledge&count=500");
        foreach (var statement in queue.Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "statement"))
        {
            var parts = statement.GetProperty("part").EnumerateArray().ToList();
            if (parts.Find(part => part.GetProperty("name").GetString() == "element").GetProperty("valueString").GetString() != element) continue;
            return (parts.Find(part => part.GetProperty("name").GetString() == "id").GetProperty("valueId").GetString()!,
                JsonSerializer.Deserialize<string>(parts.Find(part => part.GetProperty("name").GetString() == "value").GetProperty("valueString").GetString()!)!);
        }

        throw new InvalidOperationException($"No statement about {element}.");
    }

    private Task<Answer> GetAsync(string path) => server.GetAsync(server.BaseUrl[..^"/fhir".Length] + path);

    private Task<Answer> PostAsync(string id, params (string Name, string Value)[] fields) => server.SendAsync(
        "POST", $"{server.BaseUrl[..^"/fhir".Length]}/review/{id}", string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}")), ("Content-Type", "application/x-www-form-urlencoded"));
}
