using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#history</remarks>
[Trait("Category", "Postgres")]
public sealed class ChangeFeedTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Who_follows_since_the_last_version_seen_sees_every_version()
    {
        var other = await server.AnotherAsync();
        try
        {
            var start = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
            using var done = new CancellationTokenSource();
            var following = FollowAsync(start, done.Token);

            // Bundles of many sizes take unlike times from their clock to their commit.
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
            {
                for (var round = 0; round < 12; round++)
                {
                    var size = (writer + round) % 4 == 0 ? 120 : 1 + round;
                    var entries = Enumerable.Range(0, size).Select(i => $$$"""{"resource":{"resourceType":"Basic","code":{"text":"{{{writer}}}-{{{round}}}-{{{i}}}"}},"request":{"method":"POST","url":"Basic"}}""");
                    var answer = await (writer % 2 == 0 ? server : other).SendAsync(
                        "POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{string.Join(',', entries)}}}]}""");
                    Assert.Equal(200, answer.Status);
                }
            }));
            await done.CancelAsync();
            var seen = await following;

            var all = new HashSet<string>();
            for (var page = await server.GetAsync($"/Basic/_history?_count=1000"); ; page = await server.GetAsync(page.Link("next")![server.BaseUrl.Length..]))
            {
                all.UnionWith(page.Entries.Select(Version));
                if (page.Link("next") is null) break;
            }

            Assert.Equal(all.Order(), seen.Order());
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    private async Task<HashSet<string>> FollowAsync(string since, CancellationToken done)
    {
        var seen = new HashSet<string>();
        while (true)
        {
            var isLast = done.IsCancellationRequested;
            string? newest = null;
            for (var page = await server.GetAsync($"/Basic/_history?_since={since}&_count=200"); ; page = await server.GetAsync(page.Link("next")![server.BaseUrl.Length..]))
            {
                Assert.Equal(200, page.Status);
                foreach (var entry in page.Entries)
                {
                    newest ??= entry.GetProperty("response").GetProperty("lastModified").GetString();
                    seen.Add(Version(entry));
                }

                if (page.Link("next") is null) break;
            }

            since = newest ?? since;
            if (isLast) return seen;
        }
    }

    private static string Version(JsonElement entry) =>
        $"{entry.GetProperty("resource").GetProperty("id").GetString()}/{entry.GetProperty("response").GetProperty("etag").GetString()}";
}
