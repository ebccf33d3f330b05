using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Myeloma.Fhir.Benchmarks.Bulk;
using Myeloma.Fhir.Benchmarks.Load;
using Npgsql;

namespace Myeloma.Fhir.Benchmarks.Scale;

/// <summary>
/// Fills a server with generated resources of twelve types over HTTP, in two sizes, and measures reads, searches and writes at both: what grows with the table shows.
/// </summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- scale [--total 1000000] [--small 10000] [--seconds 10] [--connections 16] [--port 18081] [--fill import] [--keep-serving]</c>.
/// <c>--fill import</c> fills it by <c>$import</c> instead of by transactions.
/// <c>--keep-serving</c> leaves the larger one up until Enter, for a load generator of another kind.
/// The server is the Release build in a process of its own, with a data folder that is thrown away.
/// </remarks>
internal static class ScaleScript
{
    private const int EntriesOfTransaction = 2_000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var assembly = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        if (!File.Exists(assembly))
        {
            await Console.Error.WriteLineAsync($"Build the server first: dotnet build -c Release src/Myeloma.Fhir.Server ({assembly} is missing).");
            return 2;
        }

        foreach (var total in new[] { arguments.Number("--small", 10_000), arguments.Number("--total", 1_000_000) })
        {
            if (total == 0) continue;
            var data = Directory.CreateTempSubdirectory("myeloma-scale-").FullName;
            try
            {
                await using var server = await ServerProcess.StartAsync(assembly, data, arguments.Number("--port", 18_081));
                await MeasureAsync(server, data, total, arguments.Number("--connections", 16), TimeSpan.FromSeconds(arguments.Number("--seconds", 10)), arguments.Text("--fill") == "import");
                if (total != arguments.Number("--total", 1_000_000) || !arguments.Contains("--keep-serving")) continue;
                Say($"serving {server.BaseAddress}, data in {data}; Enter ends it");
                Console.ReadLine();
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }

        return 0;
    }

    private static async Task MeasureAsync(ServerProcess server, string data, int total, int connections, TimeSpan duration, bool imports)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler) { BaseAddress = server.BaseAddress, Timeout = TimeSpan.FromMinutes(5) };
        var resources = new GeneratedResource(total);
        Console.WriteLine();
        var watch = Stopwatch.StartNew();
        if (imports) await ImportRun.RunAsync(client, resources.All());
        else foreach (var (type, _) in GeneratedResource.Shares) await FillAsync(client, resources, type);
        foreach (var (type, json) in GeneratedResource.Terminology()) await StoreAsync(client, type, json);
        var way = imports ? "by $import" : FormattableString.Invariant($"in transactions of {EntriesOfTransaction:N0}");
        Say($"{total:N0} resources {way}: {watch.Elapsed.TotalSeconds:F0} s, {total / watch.Elapsed.TotalSeconds:F0} a second");
        await SettleAsync(data);

        Console.WriteLine($"| {total.ToString("N0", CultureInfo.InvariantCulture)} stored | per second | p50 ms | p99 ms | failures |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (name, request) in Cases(resources))
            Console.WriteLine(await LoadRun.RunAsync(name, client, connections, duration, request));
        Console.WriteLine(await LoadRun.RunAsync("transaction of 100 creates", client, Math.Min(4, connections), duration, _ => Transaction(resources)));
        Console.WriteLine();
        Console.WriteLine(await Walk.RunAsync(client, "Medication", 2, n => Put("Medication", resources, Spread(n, resources.Count("Medication")), -n)));
        Say($"resident: {server.ResidentMegabytes():F0} MB");
    }

    private static IEnumerable<(string Name, Func<int, HttpRequestMessage> Request)> Cases(GeneratedResource resources)
    {
        var drugs = resources.Count("Medication");
        var plans = resources.Count("PlanDefinition");
        var requests = resources.Count("MedicationRequest");
        var patients = resources.Count("Patient");
        var token = Uri.EscapeDataString(GeneratedResource.System) + "%7C";
        yield return ("read by id, over all Medications", n => Get($"Medication/{GeneratedResource.Id(Spread(n, drugs))}"));
        yield return ("read by id, 1,000 of them", n => Get($"Medication/{GeneratedResource.Id(n % 1000)}"));
        yield return ("token, one hit", n => Get($"Medication?code={token}{GeneratedResource.Code(Spread(n, drugs))}"));
        yield return ("canonical, one hit", n => Get($"PlanDefinition?url={Uri.EscapeDataString(GeneratedResource.Url("PlanDefinition", Spread(n, plans)))}"));
        yield return ("two tokens", n => Get($"Observation?code={token}{GeneratedResource.Code(Spread(n, resources.ObservationCodes))}&category=vital-signs"));
        yield return ("token and date, newest first, 10", n => Get($"Observation?code={token}{GeneratedResource.Code(Spread(n, resources.ObservationCodes))}&date=ge2018&_sort=-date&_count=10"));
        yield return ("page of 50", n => Get($"Observation?code={token}{GeneratedResource.Code(Spread(n, resources.ObservationCodes))}&_count=50"));
        yield return ("chain", n => Get($"MedicationRequest?medication.code={token}{GeneratedResource.Code(Spread(n, requests))}"));
        yield return ("code in a value set of 5,000, newest 10", _ => Get($"Medication?code:in={Uri.EscapeDataString(GeneratedResource.ValueSet)}&_count=10"));
        yield return ("code in it, of one manufacturer", n => Get($"Medication?code:in={Uri.EscapeDataString(GeneratedResource.ValueSet)}&manufacturer=Organization/{GeneratedResource.Id(Spread(n, Math.Min(GeneratedResource.ValueSetCodes, resources.Count("Organization"))))}"));
        yield return ("_include", n => Get($"MedicationRequest?_id={GeneratedResource.Id(Spread(n, requests))}&_include=MedicationRequest:medication"));
        yield return ("all of a patient", n => Get($"Observation?subject=Patient/{GeneratedResource.Id(Spread(n, patients))}"));
        yield return ("string, begins with", n => Get(Invariant($"Patient?family=family{Spread(n, 5000)}")));
        yield return ("update", n => Put("Medication", resources, Spread(n, drugs), n));
    }

    /// <summary>Far apart, and each in turn: a prime keeps neighbours from the same page.</summary>
    private static int Spread(int number, int count) => (int)(number * 7919L % count);

    private static async Task FillAsync(HttpClient client, GeneratedResource resources, string type)
    {
        var next = -EntriesOfTransaction;
        var count = resources.Count(type);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            for (var start = Interlocked.Add(ref next, EntriesOfTransaction); start < count; start = Interlocked.Add(ref next, EntriesOfTransaction))
            {
                using var message = Post(Bundle(resources, type, start, Math.Min(EntriesOfTransaction, count - start), isCreate: false));
                using var response = await client.SendAsync(message);
                if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
            }
        }));
    }

    private static async Task StoreAsync(HttpClient client, string type, byte[] json)
    {
        using var content = Body(json);
        using var response = await client.PutAsync(new Uri($"/fhir/{type}/{(type == "CodeSystem" ? "generated" : "generated-large")}", UriKind.Relative), content);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Statistics and visibility as a server has them that runs for a while; and what lies where.</summary>
    private static async Task SettleAsync(string data)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = Path.Combine(data, "cluster", "socket"), Username = "fhir", Database = "fhir", Password = (await File.ReadAllTextAsync(Path.Combine(data, "cluster", "password"))).Trim(),
            CommandTimeout = 600,
        };
        await using var source = NpgsqlDataSource.Create(connection);
        await using (var vacuum = source.CreateCommand("VACUUM (ANALYZE)")) await vacuum.ExecuteNonQueryAsync();
        await using var sizes = source.CreateCommand(
            """
            SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 1000000 ORDER BY pg_total_relation_size(oid) DESC
            """);
        await using var rows = await sizes.ExecuteReaderAsync();
        Console.WriteLine("| table | MB | its indexes MB |");
        Console.WriteLine("|---|---|---|");
        while (await rows.ReadAsync()) Say($"| {rows.GetString(0)} | {rows.GetInt64(1) / 1e6:F1} | {rows.GetInt64(2) / 1e6:F1} |");
        Console.WriteLine();
    }

    private static HttpRequestMessage Transaction(GeneratedResource resources) =>
        Post(Bundle(resources, "Medication", Random.Shared.Next(0, Math.Max(1, resources.Count("Medication") - 100)), 100, isCreate: true));

    private static byte[] Bundle(GeneratedResource resources, string type, int start, int count, bool isCreate)
    {
        using var stream = new MemoryStream();
        stream.Write("""{"resourceType":"Bundle","type":"transaction","entry":["""u8);
        for (var number = start; number < start + count; number++)
        {
            if (number > start) stream.Write(","u8);
            stream.Write("{\"resource\":"u8);
            stream.Write(resources.Json(type, number));
            stream.Write(Encoding.UTF8.GetBytes(isCreate
                ? $$""","request":{"method":"POST","url":"{{type}}"} }"""
                : $$""","request":{"method":"PUT","url":"{{type}}/{{GeneratedResource.Id(number)}}"} }"""));
        }

        stream.Write("]}"u8);
        return stream.ToArray();
    }

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, new Uri("/fhir/" + path, UriKind.Relative));

    private static HttpRequestMessage Put(string type, GeneratedResource resources, int number, int variant) =>
        new(HttpMethod.Put, new Uri($"/fhir/{type}/{GeneratedResource.Id(number)}", UriKind.Relative)) { Content = Body(resources.Json(type, number, variant)) };

    private static HttpRequestMessage Post(byte[] bundle) => new(HttpMethod.Post, new Uri("/fhir", UriKind.Relative)) { Content = Body(bundle) };

    private static ByteArrayContent Body(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        return content;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
