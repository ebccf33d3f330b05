using Npgsql;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Jobs;

/// <remarks>https://hl7.org/fhir/R4/searchparameter.html, https://hl7.org/fhir/R4/async.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ReindexTests : IAsyncLifetime
{
    private static readonly (string, string)[] Settings = [("Fhir:InlineReindexLimit", "0"), ("Fhir:ReindexBatch", "1")];

    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync(Settings);

    public Task DisposeAsync() => server.DisposeAsync();

    private static string Nick(string status = "active", string version = "1") =>
        $$"""{"resourceType":"SearchParameter","id":"nick","url":"http://example.org/nick","version":"{{version}}","name":"nick","status":"{{status}}","description":"d","code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given"}""";

    private static async Task<Answer> DoneAsync(RunningServer on, string place)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await on.GetAsync(place);
            if (answer.Status != 202) return answer;
            Assert.True(tries < 1000, answer.Body);
            await Task.Delay(20);
        }
    }

    /// <summary>The place of the job that a refused search names.</summary>
    private static string PlaceIn(Answer refused)
    {
        var issue = Assert.Single(refused.Issues);
        const string begin = "error transient http.nick: Not all resources are indexed by 'nick' yet: GET [base]";
        Assert.StartsWith(begin, issue, StringComparison.Ordinal);
        return issue[begin.Length..issue.IndexOf(" tells how far that is; search by it again when it is done.", StringComparison.Ordinal)];
    }

    [Fact]
    public async Task A_new_SearchParameter_counts_when_a_job_has_indexed_what_is_stored_and_a_killed_job_goes_on_where_it_was()
    {
        for (var at = 0; at < 12; at++)
            await server.PutAsync($$"""{"resourceType":"Patient","id":"r-{{at:00}}","name":[{"given":["Nickname"]}]}""");

        await using var blocker = new NpgsqlConnection(server.ConnectionString);
        await blocker.OpenAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT rid FROM resource WHERE type = 'Patient' AND id = 'r-03' FOR UPDATE", blocker)) await command.ExecuteScalarAsync();

        await server.PutAsync(Nick());
        var refused = await server.GetAsync("/Patient?nick=Nick");
        Assert.Equal((503, "2"), (refused.Status, refused.Header("Retry-After")));
        var place = PlaceIn(refused);
        for (var tries = 0; (await server.GetAsync(place)).Header("X-Progress") != "25% (3 of 12), Patient"; tries++)
        {
            Assert.True(tries < 500, (await server.GetAsync(place)).Body);
            await Task.Delay(20);
        }

        // Stopped in the middle; what another server finds is the rest.
        await server.StopServerAsync();
        await block.RollbackAsync();
        await server.StartAgainAsync(Settings);
        var done = await DoneAsync(server, place);

        Assert.Equal(200, done.Status);
        Assert.Equal(["Patient: 12", "12"], Counts(done));
        Assert.Equal(9, await MeasuredAsync("myeloma_fhir_job_items_total{kind=\"reindex\"}"));
        Assert.Equal(12, (await server.GetAsync("/Patient?nick=Nick&_count=50")).Matches.Count);
        Assert.Contains("<valueDecimal value=\"12\"/>", (await server.GetAsync(place, ("Accept", "application/fhir+xml"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_written_while_a_SearchParameter_was_retired_is_found_when_it_comes_back()
    {
        await server.PutAsync(Nick());
        await server.PutAsync("""{"resourceType":"Patient","id":"b-1","name":[{"given":["Before"]}]}""");
        Assert.Equal(["b-1"], (await server.GetAsync("/Patient?nick=Before")).Matches);

        await server.PutAsync(Nick("retired"));
        await server.PutAsync("""{"resourceType":"Patient","id":"b-2","name":[{"given":["Meanwhile"]}]}""");
        var unknown = await server.GetAsync("/Patient?nick=Meanwhile", ("Prefer", "handling=strict"));
        await server.PutAsync(Nick(version: "2"));
        await DoneAsync(server, PlaceIn(await server.GetAsync("/Patient?nick=Meanwhile")));

        Assert.Equal(400, unknown.Status);
        Assert.Equal(["b-2"], (await server.GetAsync("/Patient?nick=Meanwhile")).Matches);
        Assert.Equal(204, (await server.SendAsync("DELETE", "/SearchParameter/nick")).Status);
        Assert.Equal(400, (await server.GetAsync("/Patient?nick=Meanwhile", ("Prefer", "handling=strict"))).Status);
    }

    [Fact]
    public async Task Reindex_is_asked_for_at_the_system_a_type_and_a_SearchParameter()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"o-1"}""");
        await server.PutAsync("""{"resourceType":"Practitioner","id":"o-2"}""");
        await server.PutAsync(Nick("retired"));
        var answers = new List<Answer>();
        foreach (var path in (string[])["/$reindex", "/Practitioner/$reindex", "/SearchParameter/nick/$reindex"])
        {
            // Its own answer is a later one; nothing is recorded to be asked later.
            var begun = await server.SendAsync("POST", path, null, ("Prefer", "respond-async"));
            Assert.True(begun.Status == 202, begun.Body);
            answers.Add(await DoneAsync(server, begun.Header("Content-Location")![server.BaseUrl.Length..]));
        }

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Contains("Patient: 1", Counts(answers[0]));
        Assert.Contains("Practitioner: 1", Counts(answers[0]));
        Assert.Equal(["Practitioner: 1", "1"], Counts(answers[1]));
        Assert.Equal(["Patient: 1", "1"], Counts(answers[2]));
        Assert.Equal(405, (await server.GetAsync("/$reindex")).Status);
        Assert.Equal(404, (await server.SendAsync("POST", "/Patient/o-1/$reindex")).Status);
        Assert.Equal(404, (await server.SendAsync("POST", "/SearchParameter/never/$reindex")).Status);
    }

    [Fact]
    public async Task Who_cancels_the_job_is_told_how_to_begin_anew()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"c-1","name":[{"given":["Nickname"]}]}""");
        await using var blocker = new NpgsqlConnection(server.ConnectionString);
        await blocker.OpenAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT rid FROM resource WHERE type = 'Patient' FOR UPDATE", blocker)) await command.ExecuteScalarAsync();
        await server.PutAsync(Nick());
        var place = PlaceIn(await server.GetAsync("/Patient?nick=Nick"));

        Assert.Equal((202, 404), ((await server.SendAsync("DELETE", place)).Status, (await server.GetAsync(place)).Status));
        await block.RollbackAsync();
        var words = "error transient http.nick: Not all resources are indexed by 'nick' yet: POST [base]/Patient/$reindex begins that; search by it again when it is done.";
        for (var tries = 0; (await server.GetAsync("/Patient?nick=Nick")).Issues[0] != words; tries++)
        {
            Assert.True(tries < 500);
            await Task.Delay(20);
        }

        var begun = await server.SendAsync("POST", "/Patient/$reindex");
        await DoneAsync(server, begun.Header("Content-Location")![server.BaseUrl.Length..]);
        Assert.Equal(["c-1"], (await server.GetAsync("/Patient?nick=Nick")).Matches);
    }

    private async Task<double> MeasuredAsync(string series)
    {
        using var response = await server.Client.GetAsync(new Uri(server.BaseUrl.Replace("/fhir", "/metrics", StringComparison.Ordinal)));
        var line = (await response.Content.ReadAsStringAsync()).Split('\n').Single(each => each.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static List<string> Counts(Answer answer) =>
    [
        .. answer.Json.GetProperty("parameter").EnumerateArray().Select(parameter => parameter.TryGetProperty("part", out var parts)
            ? $"{parts[0].GetProperty("valueCode").GetString()}: {parts[1].GetProperty("valueDecimal")}"
            : parameter.GetProperty("valueDecimal").ToString()),
    ];
}
