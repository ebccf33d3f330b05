using System.Diagnostics;
using System.Globalization;
using System.Text;
using Myeloma.Fhir.Benchmarks.Load;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>The same questions over HTTP, against the Release build of the server in a process of its own; <c>wrk</c> asks, 8 connections, each request another code.</summary>
internal static class HttpCases
{
    private const string Generated = GeneratedSystem.Url;

    public const string TopUrl = "http://example.org/generated-top";

    /// <summary>A value set of all below one concept: some three in five of all.</summary>
    public static string TopValueSet(string id) => $$$"""
        {"resourceType":"ValueSet","id":"{{{id}}}","url":"{{{TopUrl}}}","version":"1","status":"active",
         "compose":{"include":[{"system":"{{{Generated}}}","filter":[{"property":"concept","op":"is-a","value":"{{{GeneratedSystem.Code(1)}}}"}]}]}}
        """;

    public static async Task RunAsync(string folder, string lines, int concepts, int seconds, int port, Figures figures)
    {
        var assembly = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        var data = Path.Combine(folder, "data");
        if (!Directory.Exists(data)) await FillAsync(assembly, Directory.CreateDirectory(data).FullName, lines, port, figures);

        await using var server = await ServerProcess.StartAsync(assembly, data, port, ("Fhir__Validation__Mode", "off"));
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        Say($"start: {server.ColdStart.TotalSeconds:F2} s to the first answer of a search");
        figures.AtMost("queryable after a restart", (await AskAsync(client, Stopwatch.StartNew(), "after that to the first answer of the code system") + server.ColdStart).TotalSeconds, "s", 3);
        Say($"resident after the restart: {server.ResidentMegabytes():F0} MB");
        await PutAsync(client, "ValueSet/generated-top", TopValueSet("generated-top"));
        await PutAsync(client, "ConceptMap/generated-map", GeneratedMap.Json("generated-map", concepts));
        await AwaitMemoryAsync(client);
        await WrkAsync(folder, server, seconds, concepts, figures);
        Say($"resident after the load: {server.ResidentMegabytes():F0} MB");
    }

    private static async Task FillAsync(string assembly, string data, string lines, int port, Figures figures)
    {
        await using var server = await ServerProcess.StartAsync(assembly, data, port);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        Say($"resident before: {server.ResidentMegabytes():F0} MB");
        var watch = Stopwatch.StartNew();
        await RunAsync("dotnet", assembly, "import", "--path", lines, "--data", data);
        Say($"import by a command of its own: {watch.Elapsed.TotalSeconds:F1} s");
        figures.AtMost("queryable from NDJSON", (await AskAsync(client, watch, "from NDJSON to the first answer")).TotalSeconds, "s", 15);
        Say($"resident with the form: {server.ResidentMegabytes():F0} MB");
    }

    private static async Task WrkAsync(string folder, ServerProcess server, int seconds, int concepts, Figures figures)
    {
        Console.WriteLine("| case | per second | p50 | p99 | failures | µs of a processor in the server, each |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var expand = "/fhir/ValueSet/$expand?url=http://example.org/generated-top";
        (string Name, string Request, double? Rate, double? P50, double? P99)[] cases =
        [
            ("floor: an answer without content", "'/health/live'", null, null, null),
            ("read of a resource, for comparison", "'/fhir/ValueSet/generated-top'", null, null, null),
            ("`$validate-code`", $"'/fhir/CodeSystem/$validate-code?url={Generated}&code=' .. code()", 25_000, null, 5),
            ("`$validate-code` in an is-a set", "'/fhir/ValueSet/$validate-code?url=http://example.org/generated-top&system=" + Generated + "&code=' .. code()", 25_000, null, 5),
            ("`$lookup`", $"'/fhir/CodeSystem/$lookup?system={Generated}&code=' .. code()", 25_000, null, 5),
            ("`$subsumes`", $"'/fhir/CodeSystem/$subsumes?system={Generated}&codeA=' .. code() .. '&codeB=' .. code()", 25_000, null, 5),
            ("`$expand` is-a, 100 at any offset", $"'{expand}&count=100&offset=' .. math.random(0, 300000)", 10_000, null, null),
            ("`$expand` with filter, 20", $"'{expand}&count=20&filter=' .. words[math.random(#words)]", 3_000, 1, null),
            ("`$translate`, a map of 100,000", $"'/fhir/ConceptMap/$translate?url={GeneratedMap.Url}&system={Generated}&code=' .. mapped()", 20_000, null, null),
        ];

        // Code is made fast while it runs: each case has to have had its turn before any is measured.
        foreach (var measured in (bool[])[false, true])
        {
            foreach (var (name, request, rate, p50, p99) in cases)
            {
                var script = Path.Combine(folder, string.Concat(name.Where(char.IsAsciiLetter)) + ".lua");
                await File.WriteAllTextAsync(script, Script(request, concepts));
                var before = server.ProcessorTime();
                var text = await RunAsync("wrk", "-t1", "-c8", $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", "-s", script, server.BaseAddress.ToString());
                if (!measured) continue;
                string Of(string label) => text.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(label, StringComparison.Ordinal))?.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1] ?? "-";
                var asked = double.Parse(text.Split('\n').First(line => line.Contains(" requests in ", StringComparison.Ordinal)).Trim().Split(' ')[0], CultureInfo.InvariantCulture);
                var each = ((server.ProcessorTime() - before).TotalMicroseconds / asked).ToString("F0", CultureInfo.InvariantCulture);
                Console.WriteLine($"| {name} | {Of("Requests/sec:")} | {Of("50%")} | {Of("99%")} | {Of("Non-2xx")} | {each} |");
                if (rate is null) figures.AtLeast($"{name}, p99", Milliseconds(Of("99%")), "ms");
                figures.AtLeast(name, double.Parse(Of("Requests/sec:"), CultureInfo.InvariantCulture), "a second", rate);
                if (p50 is { } half) figures.AtMost($"{name}, p50", Milliseconds(Of("50%")), "ms", half);
                if (p99 is { } most) figures.AtMost($"{name}, p99", Milliseconds(Of("99%")), "ms", most);
            }
        }
    }

    /// <summary>As wrk writes times: <c>850.00us</c>, <c>1.20ms</c>, <c>1.01s</c>.</summary>
    private static double Milliseconds(string text) =>
        text.EndsWith("us", StringComparison.Ordinal) ? double.Parse(text[..^2], CultureInfo.InvariantCulture) / 1000
        : text.EndsWith("ms", StringComparison.Ordinal) ? double.Parse(text[..^2], CultureInfo.InvariantCulture)
        : double.Parse(text[..^1], CultureInfo.InvariantCulture) * 1000;

    private static string Script(string request, int concepts)
    {
        var words = new GeneratedSystem(1).CommonWords(2000);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            math.randomseed(7)
            local words = { {{string.Join(',', words.Select(word => $"'{word[..Math.Min(3, word.Length)]}'"))}} }
            local function code() return string.format('%d', 100000000 + math.random(0, {{concepts - 1}}) * 7919) end
            local function mapped() return string.format('%d', 100000000 + math.random(0, {{GeneratedMap.Rows - 1}}) * {{GeneratedMap.Step(concepts)}} * 7919) end
            request = function() return wrk.format('GET', {{request}}) end
            """);
    }

    private static async Task<TimeSpan> AskAsync(HttpClient client, Stopwatch watch, string what)
    {
        var answer = await client.GetAsync(new Uri($"/fhir/CodeSystem/$lookup?system={Generated}&code={GeneratedSystem.Code(7)}", UriKind.Relative));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        var took = watch.Elapsed;
        Say($"{what}: {took.TotalSeconds:F2} s");
        return took;
    }

    /// <summary>A command that wrote to the database, as the import does, keeps servers from answering from memory for a minute: what is measured is what comes after it.</summary>
    private static async Task AwaitMemoryAsync(HttpClient client)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromMinutes(3))
        {
            for (var each = 0; each < 3; each++) (await client.GetAsync(new Uri("/fhir/ValueSet/generated-top", UriKind.Relative))).EnsureSuccessStatusCode();
            var hits = (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').FirstOrDefault(line => line.StartsWith("myeloma_fhir_hot_hits", StringComparison.Ordinal));
            if (hits is not null && hits.Split(' ')[^1] != "0")
            {
                Say($"memory answers after {watch.Elapsed.TotalSeconds:F0} s");
                return;
            }

            await Task.Delay(500);
        }

        throw new TimeoutException("Nothing was answered from memory within three minutes: does another server write to this database?");
    }

    private static async Task PutAsync(HttpClient client, string place, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/fhir+json");
        using var answer = await client.PutAsync(new Uri($"/fhir/{place}", UriKind.Relative), content);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
