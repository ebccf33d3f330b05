using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Server.Tests.Reliability;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Bulk;

/// <summary>Bulk jobs beside writers, over several servers, cut off and cancelled.</summary>
[Trait("Category", "Postgres")]
public sealed class BulkReliabilityTests
{
    [Fact]
    public async Task An_export_beside_writers_has_every_resource_once_as_it_was_at_its_instant()
    {
        var server = await RunningServer.StartAsync(("Fhir:Bulk:ResourcesPerFile", "1000"), ("Fhir:Bulk:LinesPerBatch", "700"));
        try
        {
            await server.ImportAsync(Enumerable.Range(0, 3_000).Select(at => Basic(at, "first")));
            using var writing = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 3).Select(writer => WriteAsync(server, writer, writing.Token)).ToList();
            var manifest = await server.ExportAsync("/Basic/$export");
            await writing.CancelAsync();
            await Task.WhenAll(writers);

            var lines = await server.LinesAsync(manifest);
            var instant = manifest.GetProperty("transactionTime").GetDateTimeOffset();
            var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (id, versions) in await HistoryAsync(server))
                if (versions.LastOrDefault(version => version.Time < instant) is { Id: { } version, IsDeleted: false }) expected[id] = version;
            var exported = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();

            Assert.InRange(manifest.GetProperty("output").GetArrayLength(), 3, 4);
            Assert.All(exported, resource => Assert.True(resource.GetProperty("meta").GetProperty("lastUpdated").GetDateTimeOffset() < instant));
            Assert.Equal(
                expected.Select(each => $"{each.Key} {each.Value}"),
                exported.Select(resource => $"{resource.GetProperty("id").GetString()} {resource.GetProperty("meta").GetProperty("versionId").GetString()}").Order(StringComparer.Ordinal));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_one_server_takes_another_does_and_the_first_gives_status_and_files()
    {
        var taking = await RunningServer.StartAsync(("Fhir:Bulk:MaxRunning", "0"), ("Fhir:Bulk:MaxOpen", "1"));
        try
        {
            var import = await taking.BeginAsync("POST", "/$import?type=Basic", Basic(1, "a") + "\n{}", ("Content-Type", BulkClient.Ndjson));
            var tooMany = await taking.SendAsync("POST", "/$import", Basic(2, "a"), ("Content-Type", BulkClient.Ndjson));
            var export = await taking.BeginAsync("GET", "/Basic/$export");
            Assert.Equal((429, "error throttled: 1 imports are open already (setting Fhir:Bulk:MaxOpen); try again later."), (tooMany.Status, Assert.Single(tooMany.Issues)));
            Assert.Equal((202, "waiting"), ((await taking.GetAsync(import)).Status, (await taking.GetAsync(import)).Header("X-Progress")));
            Assert.Contains("<Parameters xmlns=", (await taking.GetAsync(import, ("Accept", "application/fhir+xml"))).Body, StringComparison.Ordinal);

            var doing = await taking.AnotherAsync();
            try
            {
                var imported = (await taking.EndAsync(import)).Json;
                var exported = (await taking.EndAsync(export)).Json;

                Assert.Equal(1, imported.GetProperty("output")[0].GetProperty("count").GetInt32());
                Assert.StartsWith("2: error structure: ", BulkClient.IssueOf(Assert.Single(await taking.LinesAsync(imported, "error"))), StringComparison.Ordinal);
                Assert.StartsWith(taking.BaseUrl, imported.GetProperty("error")[0].GetProperty("url").GetString(), StringComparison.Ordinal);
                Assert.True((await taking.LinesAsync(exported)).Count <= 1);
                Assert.Equal(200, (await taking.GetAsync("/Basic/b-1")).Status);
            }
            finally
            {
                await doing.DisposeAsync();
            }
        }
        finally
        {
            await taking.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_import_that_is_stopped_goes_on_elsewhere_and_one_that_is_cancelled_leaves_what_it_stored()
    {
        var first = await RunningServer.StartAsync(("Fhir:Bulk:LinesPerBatch", "20"));
        var second = first;
        try
        {
            var lines = Enumerable.Range(0, 6_000).Select(at => at % 10 == 0 ? Basic(at, "a") : """{"resourceType":"Basic","code":{"text":"without id"}}""").ToList();
            var import = await first.BeginAsync("POST", "/$import", string.Join('\n', lines), ("Content-Type", BulkClient.Ndjson));
            await Eventually.HoldsAsync(async () => await CountAsync(first) > 0);
            await first.StopAsync();
            second = await first.AnotherAsync();
            var moved = import.Replace(first.BaseUrl, "", StringComparison.Ordinal);
            var manifest = (await second.EndAsync(moved)).Json;

            Assert.Equal(6_000, manifest.GetProperty("output")[0].GetProperty("count").GetInt32());
            Assert.Equal(6_000, await CountAsync(second));

            var cancelled = await second.BeginAsync("POST", "/$import", string.Join('\n', Enumerable.Repeat("""{"resourceType":"Flag","status":"active","code":{"text":"a"},"subject":{"display":"x"}}""", 200_000)), ("Content-Type", BulkClient.Ndjson));
            await Eventually.HoldsAsync(async () => (await second.GetAsync("/Flag?_summary=count")).Json.GetProperty("total").GetInt32() > 0);
            Assert.Equal(202, (await second.SendAsync("DELETE", cancelled)).Status);
            Assert.Equal(404, (await second.GetAsync(cancelled)).Status);
            var file = $"/_bulk{cancelled["/_async".Length..]}/input-1.ndjson";
            await Eventually.HoldsAsync(async () => (await second.SendAsync("HEAD", file)).Status == 404);
            var stored = (await second.GetAsync("/Flag?_summary=count")).Json.GetProperty("total").GetInt32();
            Assert.InRange(stored, 1, 199_999);
        }
        finally
        {
            if (second != first) await second.DisposeAsync();
            await first.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_import_that_kill_9_interrupts_is_gone_on_with_and_no_line_is_stored_twice_or_left_out()
    {
        using var folder = new DataFolder();
        (string, string)[] settings = [("Fhir__LoadSeeds", "false"), ("Fhir__Bulk__LinesPerBatch", "200")];
        var server = await ServerProcess.StartAsync(folder.Path, settings);
        try
        {
            const int count = 20_000;
            var lines = new StringBuilder();
            for (var at = 0; at < count; at++) lines.Append(at % 100 == 99 ? "{}\n" : """{"resourceType":"Basic","code":{"text":"killed"}}""" + "\n");
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(lines.ToString()));
            content.Headers.ContentType = new MediaTypeHeaderValue(BulkClient.Ndjson);
            using var accepted = await server.Client.PostAsync(new Uri("/fhir/$import", UriKind.Relative), content);
            var status = new Uri(accepted.Content.Headers.ContentLocation!.AbsolutePath, UriKind.Relative);
            await Eventually.HoldsAsync(async () => await CountAsync(server) > 0);
            await server.KillAsync();
            await server.DisposeAsync();

            server = await ServerProcess.StartAsync(folder.Path, settings);
            Assert.InRange(await CountAsync(server), 1, count);
            JsonElement manifest = default;
            await Eventually.HoldsAsync(async () =>
            {
                using var answer = await server.Client.GetAsync(status);
                if ((int)answer.StatusCode == 202) return false;
                manifest = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
                return true;
            });

            Assert.Equal(count * 99 / 100, manifest.GetProperty("output")[0].GetProperty("count").GetInt32());
            Assert.Equal(count / 100, manifest.GetProperty("error")[0].GetProperty("count").GetInt32());
            Assert.Equal(count * 99 / 100, await CountAsync(server));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task WriteAsync(RunningServer server, int writer, CancellationToken cancellationToken)
    {
        var random = new Random(writer);
        while (!cancellationToken.IsCancellationRequested)
        {
            var at = random.Next(3_200);
            if (random.Next(10) == 0) await server.SendAsync("DELETE", $"/Basic/b-{at}");
            else await server.PutAsync(Basic(at, Guid.NewGuid().ToString()));
        }
    }

    /// <summary>All versions by id, oldest first.</summary>
    private static async Task<Dictionary<string, List<(string Id, DateTimeOffset Time, bool IsDeleted)>>> HistoryAsync(RunningServer server)
    {
        Dictionary<string, List<(string, DateTimeOffset, bool)>> versions = [];
        var next = "/Basic/_history?_count=1000";
        while (next is not null)
        {
            var page = await server.GetAsync(next);
            foreach (var entry in page.Entries)
            {
                var (id, response) = (entry.GetProperty("fullUrl").GetString()!.Split('/')[^1], entry.GetProperty("response"));
                if (!versions.TryGetValue(id, out var known)) versions.Add(id, known = []);
                known.Insert(0, (response.GetProperty("etag").GetString()![3..^1], response.GetProperty("lastModified").GetDateTimeOffset(), entry.GetProperty("request").GetProperty("method").GetString() == "DELETE"));
            }

            next = page.Link("next")?[server.BaseUrl.Length..];
        }

        return versions;
    }

    private static string Basic(int at, string text) => string.Create(CultureInfo.InvariantCulture, $$$"""{"resourceType":"Basic","id":"b-{{{at}}}","code":{"text":"{{{text}}}"}}""");

    private static async Task<int> CountAsync(RunningServer server) => (await server.GetAsync("/Basic?_summary=count")).Json.GetProperty("total").GetInt32();

    private static async Task<int> CountAsync(ServerProcess server)
    {
        using var bundle = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri("/fhir/Basic?_summary=count", UriKind.Relative)));
        return bundle.RootElement.GetProperty("total").GetInt32();
    }
}
