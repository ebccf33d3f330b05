using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/async.html</remarks>
[Trait("Category", "Postgres")]
public sealed class AsyncRequestTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static async Task<string> BeginAsync(RunningServer on, string method, string path, string? body = null, params (string, string)[] headers)
    {
        var answer = await on.SendAsync(method, path, body, [("Prefer", "respond-async"), .. headers]);
        Assert.True(answer.Status == 202, answer.Body);
        Assert.Equal("respond-async", answer.Header("Preference-Applied"));
        Assert.StartsWith($"{on.BaseUrl}/_async/", answer.Header("Content-Location"), StringComparison.Ordinal);
        return answer.Header("Content-Location")![on.BaseUrl.Length..];
    }

    private static async Task<JsonElement> AnswerAsync(RunningServer on, string status)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"The request {status} does not end.");
            var answer = await on.GetAsync(status);
            if (answer.Status == 202)
            {
                Assert.NotNull(answer.Header("X-Progress"));
                await Task.Delay(10);
                continue;
            }

            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal("batch-response", answer.Json.GetProperty("type").GetString());
            return Assert.Single(answer.Entries);
        }
    }

    private static string? StatusOf(JsonElement entry) => entry.GetProperty("response").GetProperty("status").GetString();

    [Fact]
    public async Task A_search_is_answered_later()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"as-1","name":[{"family":"Asynchron"}]}""");

        var entry = await AnswerAsync(server, await BeginAsync(server, "GET", "/Patient?family=asynchron"));

        Assert.Equal("200 OK", StatusOf(entry));
        Assert.Equal("as-1", entry.GetProperty("resource").GetProperty("entry")[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.StartsWith(server.BaseUrl, entry.GetProperty("resource").GetProperty("entry")[0].GetProperty("fullUrl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_and_their_conditions_are_done_as_asked()
    {
        var create = await AnswerAsync(server, await BeginAsync(server, "POST", "/Patient", """{"resourceType":"Patient","active":true}"""));
        var location = create.GetProperty("response").GetProperty("location").GetString()!;
        var stale = await AnswerAsync(server, await BeginAsync(server, "DELETE", "/" + location[..location.IndexOf("/_history", StringComparison.Ordinal)], null, ("If-Match", "W/\"7\"")));
        var bundle = await AnswerAsync(server, await BeginAsync(
            server, "POST", "/", """{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"as-2"},"request":{"method":"PUT","url":"Patient/as-2"}}]}"""));

        Assert.Equal(("201 Created", "W/\"1\""), (StatusOf(create), create.GetProperty("response").GetProperty("etag").GetString()));
        Assert.Equal(200, (await server.GetAsync("/" + location)).Status);
        Assert.Equal("412 Precondition Failed", StatusOf(stale));
        Assert.Equal("OperationOutcome", stale.GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        Assert.Equal("transaction-response", bundle.GetProperty("resource").GetProperty("type").GetString());
        Assert.Equal(200, (await server.GetAsync("/Patient/as-2")).Status);
    }

    [Fact]
    public async Task A_fault_is_an_answer_too_and_may_be_had_in_XML()
    {
        var status = await BeginAsync(server, "GET", "/Patient/as-never");
        var entry = await AnswerAsync(server, status);
        var xml = await server.GetAsync(status, ("Accept", "application/fhir+xml"));

        Assert.Equal("404 Not Found", StatusOf(entry));
        Assert.False(entry.TryGetProperty("resource", out _));
        Assert.Contains("<status value=\"404 Not Found\"/>", xml.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_server_keeps_another_does_and_what_nobody_has_begun_can_be_cancelled()
    {
        var keeping = await RunningServer.StartAsync(("Fhir:MaxAsyncRunning", "0"), ("Fhir:MaxAsyncRequests", "2"));
        try
        {
            var cancelled = await BeginAsync(keeping, "POST", "/Patient", """{"resourceType":"Patient"}""");
            var kept = await BeginAsync(keeping, "PUT", "/Patient/as-3", """{"resourceType":"Patient","id":"as-3"}""");
            var tooMany = await keeping.SendAsync("GET", "/Patient", null, ("Prefer", "respond-async"));
            var waiting = await keeping.GetAsync(cancelled);

            Assert.Equal((202, "waiting", "1"), (waiting.Status, waiting.Header("X-Progress"), waiting.Header("Retry-After")));
            Assert.Equal(429, tooMany.Status);
            Assert.Equal(["error throttled: 2 requests wait for their answer already (setting Fhir:MaxAsyncRequests); try again later."], tooMany.Issues);
            Assert.Equal(202, (await keeping.SendAsync("DELETE", cancelled)).Status);
            Assert.Equal((404, 404), ((await keeping.GetAsync(cancelled)).Status, (await keeping.SendAsync("DELETE", cancelled)).Status));

            var doing = await keeping.AnotherAsync();
            try
            {
                var entry = await AnswerAsync(keeping, kept);
                Assert.Equal(("201 Created", "Patient/as-3/_history/1"), (StatusOf(entry), entry.GetProperty("response").GetProperty("location").GetString()));
            }
            finally
            {
                await doing.DisposeAsync();
            }
        }
        finally
        {
            await keeping.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_other_methods_are_405()
    {
        Assert.Equal(404, (await server.GetAsync("/_async/0123456789abcdef")).Status);
        var answer = await server.SendAsync("POST", "/_async/0123456789abcdef", "{}");
        Assert.Equal((405, "GET, HEAD, DELETE, OPTIONS"), (answer.Status, answer.Header("Allow")));
    }
}
