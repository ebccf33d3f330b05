using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;
using Xunit.Abstractions;

namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>The server killed by force in the middle of a transaction. https://hl7.org/fhir/R4/http.html#transaction</summary>
/// <remarks><c>MYELOMA_TEST_CRASH_ROUNDS</c> says how often it is killed; 3 when it is not set.</remarks>
[Trait("Category", "Postgres")]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Entries = 5_000;

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("MYELOMA_TEST_CRASH_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    [Fact]
    public async Task A_transaction_that_kill_9_interrupts_is_there_whole_or_not_at_all()
    {
        using var folder = new DataFolder();
        var server = await ServerProcess.StartAsync(folder.Path, ("Fhir__LoadSeeds", "false"));
        try
        {
            // One that is left alone shows that the bundle is sound, and how long the killed ones would have taken.
            var watch = Stopwatch.StartNew();
            Assert.True(await PostAsync(server, 0));
            var whole = watch.Elapsed;
            Assert.Equal(Entries, await CountAsync(server, 0));

            var expected = Entries;
            for (var round = 1; round <= Rounds; round++)
            {
                // Somewhat past the end, so that the moments around the commit and the answer are met, too.
                var moment = whole * Random.Shared.NextDouble() * 1.3;
                var post = PostAsync(server, round);
                await Task.Delay(moment);
                await server.KillAsync();
                var answered = await post;
                await server.DisposeAsync();

                server = await ServerProcess.StartAsync(folder.Path, ("Fhir__LoadSeeds", "false"));
                var stored = await CountAsync(server, round);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"round {round}: killed after {moment.TotalMilliseconds:0} of {whole.TotalMilliseconds:0} ms, answered {answered}, stored {stored}, up again after {server.StartTime.TotalMilliseconds:0} ms"));
                Assert.True(stored == Entries || (stored == 0 && !answered), $"round {round}: {stored} of {Entries} resources are stored, answered: {answered}.");

                // That was the index; now the resources themselves.
                expected += stored;
                Assert.Equal(expected, await TotalAsync(server, "/fhir/Basic?_summary=count"));
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <returns>Whether the transaction was answered as done.</returns>
    private static async Task<bool> PostAsync(ServerProcess server, int round)
    {
        using var content = new ByteArrayContent(Bundle(round));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        try
        {
            using var response = await server.Client.PostAsync(new Uri("/fhir", UriKind.Relative), content);
            return response.IsSuccessStatusCode ? true : throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    private static byte[] Bundle(int round)
    {
        var json = new StringBuilder("""{"resourceType":"Bundle","type":"transaction","entry":[""");
        for (var entry = 0; entry < Entries; entry++)
        {
            json.Append(entry == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$$"""
                {"resource":{"resourceType":"Basic","meta":{"tag":[{"system":"urn:round","code":"{{{round}}}"}]},"identifier":[{"system":"urn:entry","value":"{{{entry}}}"}],"code":{"coding":[{"system":"urn:kind","code":"crash"}]},"created":"2024-05-0{{{entry % 9 + 1}}}"},"request":{"method":"POST","url":"Basic"}}
                """);
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }

    private static Task<int> CountAsync(ServerProcess server, int round) =>
        TotalAsync(server, string.Create(CultureInfo.InvariantCulture, $"/fhir/Basic?_tag=urn:round%7C{round}&_summary=count"));

    private static async Task<int> TotalAsync(ServerProcess server, string path)
    {
        using var bundle = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return bundle.RootElement.GetProperty("total").GetInt32();
    }
}
