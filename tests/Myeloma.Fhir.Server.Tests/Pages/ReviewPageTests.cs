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
        ("Fhir:LoadSeeds", "true"), ("Fhir:Review:Reviewers:0:Name", "Jane <b>"), ("Fhir:Review:Reviewers:0:TokenSha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))));

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
