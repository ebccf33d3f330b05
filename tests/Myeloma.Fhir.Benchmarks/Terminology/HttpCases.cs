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

    public static async Task RunAsync(string folder, string lines, int concepts, int seconds, int port)
    {
        var assembly = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        await using (var server = await ServerProcess.StartAsync(assembly, data, port))
        {
            using var client = new HttpClient { BaseAddress = server.BaseAddress };
            Say($"resident before: {server.ResidentMegabytes():F0} MB");
            var watch = Stopwatch.StartNew();
            await ImportAsync(assembly, data, lines);
            Say($"import by a command of its own: {watch.Elapsed.TotalSeconds:F1} s");
            await AskAsync(client, watch, "from NDJSON to the first answer");
            Say($"resident with the form: {server.ResidentMegabytes():F0} MB");
        }

        await using var again = await ServerProcess.StartAsync(assembly, data, port);
        using var second = new HttpClient { BaseAddress = again.BaseAddress };
        Say($"start: {again.ColdStart.TotalSeconds:F2} s to the first answer of a search");
        await AskAsync(second, Stopwatch.StartNew(), "after that to the first answer of the code system");
        Say($"resident after the restart: {again.ResidentMegabytes():F0} MB");
        await PutAsync(second, "generated-top");
        await WrkAsync(folder, again, seconds, concepts);
        Say($"resident after the load: {again.ResidentMegabytes():F0} MB");
    }

    private static async Task WrkAsync(string folder, ServerProcess server, int seconds, int concepts)
    {
        Console.WriteLine("| case | per second | p50 | p99 | failures | µs of a processor in the server, each |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var expand = "/fhir/ValueSet/$expand?url=http://example.org/generated-top";
        (string Name, string Request)[] cases =
        [
            ("read of a resource, for comparison", "'/fhir/ValueSet/generated-top'"),
            ("$validate-code", $"'/fhir/CodeSystem/$validate-code?url={Generated}&code=' .. code()"),
            ("$validate-code in an is-a set", "'/fhir/ValueSet/$validate-code?url=http://example.org/generated-top&system=" + Generated + "&code=' .. code()"),
            ("$lookup", $"'/fhir/CodeSystem/$lookup?system={Generated}&code=' .. code()"),
            ("$subsumes", $"'/fhir/CodeSystem/$subsumes?system={Generated}&codeA=' .. code() .. '&codeB=' .. code()"),
            ("$expand is-a, 100 at any offset", $"'{expand}&count=100&offset=' .. math.random(0, 300000)"),
            ("$expand with filter, 20", $"'{expand}&count=20&filter=' .. words[math.random(#words)]"),
        ];

        // Code is made fast while it runs: each case has to have had its turn before any is measured.
        foreach (var (name, request) in cases.Concat(cases))
        {
            var script = Path.Combine(folder, string.Concat(name.Where(char.IsAsciiLetter)) + ".lua");
            var isMeasured = File.Exists(script);
            await File.WriteAllTextAsync(script, Script(request, concepts));
            var before = server.ProcessorTime();
            var text = await RunAsync("wrk", "-t1", "-c8", $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", "-s", script, server.BaseAddress.ToString());
            string Of(string label) => text.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(label, StringComparison.Ordinal))?.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1] ?? "-";
            if (!isMeasured) continue;
            var asked = double.Parse(text.Split('\n').First(line => line.Contains(" requests in ", StringComparison.Ordinal)).Trim().Split(' ')[0], CultureInfo.InvariantCulture);
            var each = ((server.ProcessorTime() - before).TotalMicroseconds / asked).ToString("F0", CultureInfo.InvariantCulture);
            Console.WriteLine($"| {name} | {Of("Requests/sec:")} | {Of("50%")} | {Of("99%")} | {Of("Non-2xx")} | {each} |");
        }
    }

    private static string Script(string request, int concepts)
    {
        var words = new GeneratedSystem(1).CommonWords(2000);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            math.randomseed(7)
            local words = { {{string.Join(',', words.Select(word => $"'{word[..Math.Min(3, word.Length)]}'"))}} }
            local function code() return string.format('%d', 100000000 + math.random(0, {{concepts - 1}}) * 7919) end
            request = function() return wrk.format('GET', {{request}}) end
            """);
    }

    private static Task<string> ImportAsync(string assembly, string data, string lines) => RunAsync("dotnet", assembly, "import", "--path", lines, "--data", data);

    private static async Task AskAsync(HttpClient client, Stopwatch watch, string what)
    {
        var answer = await client.GetAsync(new Uri($"/fhir/CodeSystem/$lookup?system={Generated}&code={GeneratedSystem.Code(7)}", UriKind.Relative));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        Say($"{what}: {watch.Elapsed.TotalSeconds:F2} s");
    }

    private static async Task PutAsync(HttpClient client, string id)
    {
        using var content = new StringContent(TopValueSet(id), Encoding.UTF8, "application/fhir+json");
        using var answer = await client.PutAsync(new Uri($"/fhir/ValueSet/{id}", UriKind.Relative), content);
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
