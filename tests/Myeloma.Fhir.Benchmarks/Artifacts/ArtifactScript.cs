using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Benchmarks.Load;
using Myeloma.Fhir.Benchmarks.Terminology;

namespace Myeloma.Fhir.Benchmarks.Artifacts;

/// <summary><c>$apply</c>, <c>$package</c> and <c>$install</c> over HTTP, against the Release build of the server in a process of its own, with the seeds; <c>wrk</c> asks, 8 connections.</summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- artifacts [--seconds 5] [--resources 5000] [--port 18086] [--server DLL]</c>. The processor's time of the server
/// for each request is what other work on the machine changes least.
/// </remarks>
internal static class ArtifactScript
{
    /// <summary>Types of the seeds' resources that have a url.</summary>
    private static readonly string[] SeedTypes = ["PlanDefinition", "ActivityDefinition", "Library", "ValueSet", "CodeSystem", "ConceptMap", "Evidence", "EvidenceVariable"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var assembly = arguments.Text("--server") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        if (!File.Exists(assembly))
        {
            await Console.Error.WriteLineAsync($"Build the server first: dotnet build -c Release src/Myeloma.Fhir.Server ({assembly} is missing).");
            return 2;
        }

        var (figures, folder) = (new Figures(), Directory.CreateTempSubdirectory("myeloma-artifacts-").FullName);
        try
        {
            await using var server = await ServerProcess.StartAsync(assembly, folder, arguments.Number("--port", 18_086));
            using var client = new HttpClient { BaseAddress = server.BaseAddress, Timeout = TimeSpan.FromMinutes(10) };
            await FillAsync(client);
            await WrkAsync(server, arguments.Number("--seconds", 5), figures);
            await InstallAsync(client, server, arguments.Number("--resources", 5_000), figures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        figures.Write();
        return 0;
    }

    private static async Task FillAsync(HttpClient client)
    {
        await PutAsync(client, "PlanDefinition/bench", GeneratedPackage.Plan("bench", 20));
        for (var at = 0; at < 5; at++) await PutAsync(client, string.Create(CultureInfo.InvariantCulture, $"ActivityDefinition/bench-{at}"), GeneratedPackage.Activity(at));
        var urls = new List<string>();
        foreach (var type in SeedTypes)
        {
            using var found = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/fhir/{type}?_count=1000&_elements=url", UriKind.Relative)));
            if (found.RootElement.TryGetProperty("entry", out var entries)) urls.AddRange(entries.EnumerateArray().Select(entry => entry.GetProperty("resource").GetProperty("url").GetString()!));
        }

        var related = string.Join(',', urls.Select(url => $$"""{"type":"composed-of","resource":"{{url}}"}"""));
        await PutAsync(client, "Library/bench-all", $$$"""{"resourceType":"Library","id":"bench-all","url":"http://example.org/Library/all","status":"active","type":{"text":"all"},"relatedArtifact":[{{{related}}}]}""");
    }

    private static async Task WrkAsync(ServerProcess server, int seconds, Figures figures)
    {
        (string Name, string Place, double? Rate, double? Most)[] cases =
        [
            ("floor: an answer without content", "/health/live", null, null),
            ("read of a resource, for comparison", "/fhir/PlanDefinition/bench", null, null),
            ("`$apply` of 20 actions", "/fhir/PlanDefinition/bench/$apply?subject=Patient/p&useServerData=false", 1_500, null),
            ("`$apply` of 20 actions, with what is stored of the subject", "/fhir/PlanDefinition/bench/$apply?subject=Patient/p", null, null),
            ("`$package` of everything the seeds give", "/fhir/Library/bench-all/$package", null, 30),
        ];
        Console.WriteLine("| case | per second | p50 | p99 | failures | µs of a processor in the server, each |");
        Console.WriteLine("|---|---|---|---|---|---|");
        using var client = new HttpClient { BaseAddress = server.BaseAddress };

        // Code is made fast while it runs: each case has to have had its turn before any is measured.
        foreach (var measured in (bool[])[false, true])
        {
            foreach (var (name, place, rate, most) in cases)
            {
                var before = server.ProcessorTime();
                var text = await WrkAsync(seconds, new Uri(server.BaseAddress, place));
                if (!measured) continue;
                var asked = double.Parse(text.Split('\n').First(line => line.Contains(" requests in ", StringComparison.Ordinal)).Trim().Split(' ')[0], CultureInfo.InvariantCulture);
                var each = (server.ProcessorTime() - before).TotalMicroseconds / asked;
                var perSecond = double.Parse(Of(text, "Requests/sec"), CultureInfo.InvariantCulture);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {perSecond:N0} | {Of(text, "50%")} | {Of(text, "99%")} | {Of(text, "Non-2xx")} | {each:F0} |"));
                if (rate is not null) figures.AtLeast(name, perSecond, "a second", rate);
                if (rate is not null) figures.AtMost($"{name}: processor", each, "µs", 2_000_000 / rate.Value);
                if (most is not null) figures.AtMost($"{name}, one at a time, best of 50", await BestAsync(client, place), "ms", most.Value);
            }
        }
    }

    private static async Task<double> BestAsync(HttpClient client, string place)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 50; round++)
        {
            var watch = Stopwatch.StartNew();
            await client.GetByteArrayAsync(new Uri(place, UriKind.Relative));
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
        }

        return best;
    }

    private static async Task InstallAsync(HttpClient client, ServerProcess server, int resources, Figures figures)
    {
        // The first package compiles what later ones use.
        await InstallAsync(client, GeneratedPackage.Archive("bench.first", 200));
        var archive = GeneratedPackage.Archive("bench.package", resources);
        foreach (var what in (string[])["new", "the same again"])
        {
            var (watch, before) = (Stopwatch.StartNew(), server.ProcessorTime());
            await InstallAsync(client, archive);
            var name = string.Create(CultureInfo.InvariantCulture, $"`$install` of {resources:N0} resources, {what}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {watch.Elapsed.TotalSeconds:F1} s, {(server.ProcessorTime() - before).TotalSeconds:F1} s of a processor in the server"));
            figures.AtMost(name, watch.Elapsed.TotalSeconds, "s", 20);
        }
    }

    private static async Task InstallAsync(HttpClient client, byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
        using var response = await client.PostAsync(new Uri("/fhir/$install", UriKind.Relative), content);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    private static async Task PutAsync(HttpClient client, string place, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/fhir+json");
        using var response = await client.PutAsync(new Uri("/fhir/" + place, UriKind.Relative), content);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    private static string Of(string text, string label) =>
        text.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(label, StringComparison.Ordinal))?.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1] ?? "-";

    private static async Task<string> WrkAsync(int seconds, Uri url)
    {
        var start = new ProcessStartInfo("wrk", ["-t1", "-c8", $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", url.ToString()]) { RedirectStandardOutput = true };
        using var wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return text;
    }
}
