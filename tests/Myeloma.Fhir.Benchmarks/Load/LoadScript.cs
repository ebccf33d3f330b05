using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Myeloma.Fhir.Benchmarks.Load;

/// <summary>
/// Starts the Release build of the server in a process of its own and measures, over HTTP: cold start, warm start, memory at rest, read by id,
/// <c>Medication?code=</c> with 1,000 and 100,000 Medications stored, and transactions of 100 creates.
/// </summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- load [--seconds 10] [--connections 16] [--many 100000] [--keep-serving]</c>.
/// <c>--keep-serving</c> leaves the filled server up until Enter, for a load generator of another kind.
/// </remarks>
internal static class LoadScript
{
    private const string System = "http://myeloma-fhir.org/fhir/CodeSystem/generated";

    public static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = arguments.Number("--seconds", 10);
        var connections = arguments.Number("--connections", 16);
        var many = arguments.Number("--many", 100_000);
        var port = arguments.Number("--port", 18080);
        var assembly = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        if (!File.Exists(assembly))
        {
            await Console.Error.WriteLineAsync($"Build the server first: dotnet build -c Release src/Myeloma.Fhir.Server ({assembly} is missing).");
            return 2;
        }

        var data = Directory.CreateTempSubdirectory("myeloma-load-").FullName;
        try
        {
            await MeasureAsync(assembly, data, port, connections, many, TimeSpan.FromSeconds(seconds), arguments.Contains("--keep-serving"));
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task MeasureAsync(
        string assembly, string data, int port, int connections, int many, TimeSpan duration, bool keepServing)
    {
        await using (var first = await ServerProcess.StartAsync(assembly, data, port))
            Say($"cold start, empty data folder: {first.ColdStart.TotalSeconds:F2} s to the first answer");

        await using var server = await ServerProcess.StartAsync(assembly, data, port);
        Say($"start with data: {server.ColdStart.TotalSeconds:F2} s to the first answer");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Say($"resident at rest: {server.ResidentMegabytes():F0} MB");

        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler) { BaseAddress = server.BaseAddress };
        Console.WriteLine("| case | per second | p50 ms | p99 ms | failures |");
        Console.WriteLine("|---|---|---|---|---|");

        await FillAsync(client, 0, 1_000);
        Console.WriteLine(await LoadRun.RunAsync("read Medication by id", client, connections, duration, n => Get($"/fhir/Medication/generated-{n % 1000}")));
        Console.WriteLine(await LoadRun.RunAsync("Medication?code=, 1,000 stored", client, connections, duration, n => Get(Search(n % 1000))));
        await FillAsync(client, 1_000, many);
        Console.WriteLine(await LoadRun.RunAsync($"Medication?code=, {many:N0} stored", client, connections, duration, n => Get(Search((int)(n * 7919L % many)))));
        Console.WriteLine(await LoadRun.RunAsync($"read Medication by id, {many:N0} stored", client, connections, duration, n => Get($"/fhir/Medication/generated-{n * 7919L % many}")));
        Console.WriteLine(await LoadRun.RunAsync("transaction of 100 creates", client, Math.Min(4, connections), duration, _ => Post(Transaction(100))));
        Say($"resident after the load: {server.ResidentMegabytes():F0} MB");

        if (!keepServing) return;
        Say($"serving {server.BaseAddress}; Enter ends it");
        Console.ReadLine();
    }

    private static async Task FillAsync(HttpClient client, int from, int to)
    {
        for (var start = from; start < to; start += 2_000)
        {
            using var message = Post(Bundle(Enumerable.Range(start, Math.Min(2_000, to - start)), withId: true));
            using var response = await client.SendAsync(message);
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        }
    }

    private static byte[] Transaction(int count) => Bundle(Enumerable.Range(0, count).Select(_ => Random.Shared.Next(1_000_000_000, int.MaxValue)), withId: false);

    private static byte[] Bundle(IEnumerable<int> numbers, bool withId)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "transaction");
            writer.WriteStartArray("entry");
            foreach (var number in numbers) WriteEntry(writer, number, withId);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter writer, int number, bool withId)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("resource");
        writer.WriteString("resourceType", "Medication");
        if (withId) writer.WriteString("id", Invariant($"generated-{number}"));
        writer.WriteStartObject("code");
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        writer.WriteString("system", System);
        writer.WriteString("code", Invariant($"drug-{number}"));
        writer.WriteString("display", Invariant($"Generated drug {number}"));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("text", Invariant($"Generated drug {number}"));
        writer.WriteEndObject();
        writer.WriteString("status", "active");
        writer.WriteEndObject();
        writer.WriteStartObject("request");
        writer.WriteString("method", withId ? "PUT" : "POST");
        writer.WriteString("url", withId ? Invariant($"Medication/generated-{number}") : "Medication");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Search(int number) => Invariant($"/fhir/Medication?code={Uri.EscapeDataString(System)}%7Cdrug-{number}");

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, new Uri(path, UriKind.Relative));

    private static HttpRequestMessage Post(byte[] bundle)
    {
        var content = new ByteArrayContent(bundle);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json", Encoding.UTF8.WebName);
        return new HttpRequestMessage(HttpMethod.Post, new Uri("/fhir", UriKind.Relative)) { Content = content };
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
