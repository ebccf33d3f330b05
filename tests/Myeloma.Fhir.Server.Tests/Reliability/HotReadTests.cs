using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Server.Tests.Bulk;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>Reads from memory, against writers of the same server and of others. src/decisions/hot-bodies.md</summary>
[Trait("Category", "Postgres")]
public sealed class HotReadTests
{
    private const int Resources = 4;

    [Fact]
    public async Task No_server_answers_an_older_version_than_a_write_was_answered_for()
    {
        var one = await RunningServer.StartAsync();
        var other = await one.AnotherAsync();
        try
        {
            for (var at = 0; at < Resources; at++) await one.PutAsync(Resource(at, 0));
            var hot = await HotAsync(one, other);
            var cold = hot == one ? other : one;

            // First the one that reads from memory writes, then the other one takes the lease away, then both write.
            await HammerAsync([one, other], [hot], 40);
            Assert.True(await HitsAsync(hot) > 0);
            await HammerAsync([one, other], [cold], 40);
            await HammerAsync([one, other], [one, other], 40);
        }
        finally
        {
            await other.DisposeAsync();
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_answer_from_memory_is_the_one_from_the_database_and_a_deletion_ends_it()
    {
        var server = await RunningServer.StartAsync();
        try
        {
            await server.PutAsync(Resource(0, 0));
            var fromDatabase = await server.GetAsync("/Basic/hot0");
            await HotAsync(server);
            var hits = await HitsAsync(server);
            var fromMemory = await server.GetAsync("/Basic/hot0");

            Assert.True(await HitsAsync(server) > hits);
            Assert.Equal(fromDatabase.Body, fromMemory.Body);
            foreach (var header in (string[])["ETag", "Last-Modified", "Content-Location", "Content-Type"]) Assert.Equal(fromDatabase.Header(header), fromMemory.Header(header));
            Assert.Equal(304, (await server.GetAsync("/Basic/hot0", ("If-None-Match", "W/\"1\""))).Status);
            Assert.Contains("SUBSETTED", (await server.GetAsync("/Basic/hot0?_elements=id")).Body, StringComparison.Ordinal);
            Assert.Contains("<Basic ", (await server.GetAsync("/Basic/hot0", ("Accept", "application/fhir+xml"))).Body, StringComparison.Ordinal);

            Assert.Equal(204, (await server.SendAsync("DELETE", "/Basic/hot0")).Status);
            Assert.Equal(410, (await server.GetAsync("/Basic/hot0")).Status);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_another_server_imports_is_not_answered_from_memory()
    {
        var reading = await RunningServer.StartAsync(("Fhir:Bulk:MaxRunning", "0"));
        var importing = await reading.AnotherAsync();
        try
        {
            await reading.PutAsync(Resource(0, 0));
            await HotAsync(reading);
            await reading.ImportAsync([Resource(0, 1)]);

            Assert.Equal(2, await VersionAsync(reading, 0));
        }
        finally
        {
            await importing.DisposeAsync();
            await reading.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_code_system_that_another_server_creates_counts_for_the_next_question()
    {
        var one = await RunningServer.StartAsync();
        var other = await one.AnotherAsync();
        try
        {
            await one.PutAsync(Resource(0, 0));
            var hot = await HotAsync(one, other);
            var cold = hot == one ? other : one;
            static string Url(int number) => $"http://example.org/fhir/CodeSystem/late{number}";
            static Task<Answer> LookupAsync(RunningServer server, int number) => server.GetAsync($"/CodeSystem/$lookup?system={Url(number)}&code=a");

            await LookupAsync(hot, 0);
            var hits = await HitsAsync(hot);
            Assert.Equal(404, (await LookupAsync(hot, 0)).Status);
            Assert.True(await HitsAsync(hot) > hits, "The count of changes was not answered from memory.");
            for (var number = 0; number < 4; number++)
            {
                var writer = number < 2 ? cold : hot;
                await writer.PutAsync($$$"""
                    {"resourceType":"CodeSystem","id":"late{{{number}}}","url":"{{{Url(number)}}}","status":"active","content":"complete","concept":[{"code":"a"}]}
                    """);
                foreach (var server in (RunningServer[])[hot, cold]) Assert.Equal(200, (await LookupAsync(server, number)).Status);
            }
        }
        finally
        {
            await other.DisposeAsync();
            await one.DisposeAsync();
        }
    }

    /// <summary>Readers on all servers see at least the version that was last answered when they began, and never go back.</summary>
    private static async Task HammerAsync(RunningServer[] readers, RunningServer[] writers, int writes)
    {
        var answered = new int[Resources];
        for (var at = 0; at < Resources; at++) answered[at] = await VersionAsync(writers[0], at);
        using var end = new CancellationTokenSource();
        var reading = readers.SelectMany(server => Enumerable.Range(0, Resources).Select(at => Task.Run(async () =>
        {
            var seen = 0;
            while (!end.IsCancellationRequested)
            {
                var least = Math.Max(seen, Volatile.Read(ref answered[at]));
                seen = await VersionAsync(server, at);
                Assert.True(seen >= least, $"Basic/hot{at} was at {least} already, and was read as {seen}.");
            }
        }))).ToList();
        await Task.WhenAll(Enumerable.Range(0, Resources).Select(async at =>
        {
            for (var write = 0; write < writes; write++)
            {
                var answer = await writers[write % writers.Length].SendAsync("PUT", $"/Basic/hot{at}", Resource(at, Random.Shared.Next()));
                Assert.Equal(200, answer.Status);
                Volatile.Write(ref answered[at], answer.Json.GetProperty("meta").GetProperty("versionId").GetString() is { } version ? int.Parse(version, CultureInfo.InvariantCulture) : 0);
            }
        }));
        await end.CancelAsync();
        await Task.WhenAll(reading);
    }

    private static async Task<int> VersionAsync(RunningServer server, int at) =>
        int.Parse((await server.GetAsync($"/Basic/hot{at}")).Json.GetProperty("meta").GetProperty("versionId").GetString()!, CultureInfo.InvariantCulture);

    private static string Resource(int at, int value) => $$"""{"resourceType":"Basic","id":"hot{{at}}","code":{"text":"{{value}}"} }""";

    /// <summary>Reads until one of the servers answers from memory.</summary>
    private static async Task<RunningServer> HotAsync(params RunningServer[] servers)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), "No server answers from memory.");
            foreach (var server in servers)
            {
                for (var at = 0; at < 2; at++) Assert.Equal(200, (await server.GetAsync("/Basic/hot0")).Status);
                if (await HitsAsync(server) > 0) return server;
            }

            await Task.Delay(100);
        }
    }

    private static async Task<long> HitsAsync(RunningServer server)
    {
        var text = await server.Client.GetStringAsync(new Uri(server.BaseUrl[..^"/fhir".Length] + "/metrics"));
        var hits = Regex.Match(text, "^myeloma_fhir_hot_hits[^ ]* ([0-9]+)", RegexOptions.Multiline);
        return hits.Success ? long.Parse(hits.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
