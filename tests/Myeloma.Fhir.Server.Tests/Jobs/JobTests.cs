using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Jobs;

/// <remarks>https://hl7.org/fhir/R4/async.html</remarks>
[Trait("Category", "Postgres")]
public sealed class JobTests(RunningServer server) : IClassFixture<RunningServer>
{
    private async Task<Answer> UntilAsync(string id, Func<Answer, bool> holds)
    {
        Answer? answer = null;
        await Eventually.HoldsAsync(async () => holds(answer = await server.GetAsync($"/_async/{id}")), () => $"{answer?.Status} {answer?.Header("X-Progress")} {answer?.Body}");
        return answer!;
    }

    private static Task UntilAsync(Func<bool> holds) => Eventually.HoldsAsync(() => Task.FromResult(holds()));

    [Fact]
    public async Task A_job_tells_how_far_it_is_and_another_node_goes_on_from_where_one_stopped()
    {
        var (first, second) = (new CountingKind("count"), new CountingKind("count"));
        var one = await JobNode.StartAsync(server.ConnectionString, first);
        var id = await one.AddAsync("count", "counted to");
        first.Steps.Release(4);

        var running = await UntilAsync(id, answer => answer.Header("X-Progress") == "40% (4 of 10), steps");
        Assert.Equal((202, "1"), (running.Status, running.Header("Retry-After")));
        Assert.Equal(
            ["kind=count", "state=running", "done=4", "total=10", "percent=40", "words=steps"],
            running.Json.GetProperty("parameter").EnumerateArray().Select(Text).Where(text => !text.StartsWith("created", StringComparison.Ordinal) && !text.StartsWith("started", StringComparison.Ordinal)));

        await one.DisposeAsync();
        await using var two = await JobNode.StartAsync(server.ConnectionString, second);
        second.Steps.Release(6);
        var done = await UntilAsync(id, answer => answer.Status != 202);

        Assert.Equal((200, "counted to 10", "text/plain"), (done.Status, done.Body, done.Header("Content-Type")));
        Assert.NotNull(done.Header("Expires"));
        Assert.Equal([1, 2, 3, 4], first.Made.Select(made => made.Step));
        Assert.Equal([5, 6, 7, 8, 9, 10], second.Made.Select(made => made.Step));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_stops_and_what_it_left_is_taken_away()
    {
        var kind = new CountingKind("cancel");
        await using var node = await JobNode.StartAsync(server.ConnectionString, kind);
        var id = await node.AddAsync("cancel", "");
        kind.Steps.Release(1);
        await UntilAsync(id, answer => answer.Header("X-Progress") == "10% (1 of 10), steps");

        var cancelled = await server.SendAsync("DELETE", $"/_async/{id}");
        var after = await server.GetAsync($"/_async/{id}");
        await UntilAsync(() => kind.Forgotten.Contains(id));
        kind.Steps.Release(10);

        Assert.Equal((202, 404), (cancelled.Status, after.Status));
        Assert.Equal(404, (await server.SendAsync("DELETE", $"/_async/{id}")).Status);
        Assert.Equal([(id, 1)], kind.Made);
    }

    [Fact]
    public async Task Jobs_that_run_alone_are_done_one_after_the_other_by_all_nodes_together()
    {
        var kinds = new[] { new CountingKind("alone", 2), new CountingKind("alone", 2) };
        await using var one = await JobNode.StartAsync(server.ConnectionString, kinds[0]);
        await using var two = await JobNode.StartAsync(server.ConnectionString, kinds[1]);
        var ids = new List<string>();
        for (var at = 0; at < 3; at++) ids.Add(await one.AddAsync("alone", "", runsAlone: true));
        foreach (var kind in kinds) kind.Steps.Release(30);
        foreach (var id in ids) await UntilAsync(id, answer => answer.Status == 200);

        Assert.Equal(3, kinds.Sum(kind => kind.Begun));
        Assert.Equal(30, kinds.Sum(kind => kind.Made.Count));
    }

    [Theory]
    [InlineData(false, 422, "error business-rule: This can't be counted.")]
    [InlineData(true, 500, "fatal exception: Something went wrong inside the server; its log says what.")]
    public async Task A_job_that_fails_answers_with_its_issues(bool isBug, int status, string issue)
    {
        var name = isBug ? "bug" : "refusal";
        var kind = new CountingKind(name) { Fault = isBug ? new InvalidOperationException() : new FhirException(Issue.BusinessRule("This can't be counted.")) };
        await using var node = await JobNode.StartAsync(server.ConnectionString, kind);
        var failed = await UntilAsync(await node.AddAsync(name, ""), answer => answer.Status != 202);

        Assert.Equal((status, 1), (failed.Status, kind.Begun));
        Assert.Equal([issue], failed.Issues);
    }

    [Fact]
    public async Task A_job_that_the_database_was_away_for_is_taken_up_again()
    {
        var kind = new CountingKind("transient") { Fault = new FhirException(Issue.Transient("Away.")) };
        await using var node = await JobNode.StartAsync(server.ConnectionString, kind);
        var id = await node.AddAsync("transient", "");
        await UntilAsync(() => kind.Begun == 2);
        kind.Fault = null;
        kind.Steps.Release(10);

        Assert.Equal(200, (await UntilAsync(id, answer => answer.Status != 202)).Status);
    }

    [Fact]
    public async Task Metrics_tell_of_jobs_and_requests_in_the_text_format_of_Prometheus()
    {
        var begin = await server.SendAsync("GET", "/Patient", null, ("Prefer", "respond-async"));
        await UntilAsync(begin.Header("Content-Location")![(server.BaseUrl.Length + "/_async/".Length)..], answer => answer.Status == 200);
        using var response = await server.Client.GetAsync(new Uri(server.BaseUrl.Replace("/fhir", "/metrics", StringComparison.Ordinal)));
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("# TYPE myeloma_fhir_job_ended_total counter", lines);
        Assert.Contains("myeloma_fhir_job_ended_total{kind=\"request\",outcome=\"done\"} 1", lines);
        Assert.Contains("myeloma_fhir_job_running{kind=\"request\"} 0", lines);
        Assert.Contains("myeloma_fhir_job_duration_seconds_bucket{kind=\"request\",le=\"+Inf\"} 1", lines);
        Assert.Contains(lines, line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal));
        Assert.All(lines.Where(line => line.Length > 0 && line[0] != '#'), line => Assert.Matches(@"^[a-zA-Z_][a-zA-Z0-9_]*(\{[^}]*\})? (-?[0-9.E+-]+|NaN|[+-]Inf)$", line));
        Assert.Equal(lines.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Distinct().Count(), lines.Count(line => line.StartsWith("# TYPE", StringComparison.Ordinal)));
    }

    private static string Text(System.Text.Json.JsonElement parameter) =>
        $"{parameter.GetProperty("name").GetString()}={parameter.EnumerateObject().Last().Value}";
}
