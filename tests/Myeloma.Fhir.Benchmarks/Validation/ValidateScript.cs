using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Benchmarks.Validation;

/// <summary>Validates example resources: the first one in a new process, all of them on one thread, a Bundle of a hundred, and a hundred thousand with an eye on memory.</summary>
/// <remarks><c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- validate --examples DIR [--rounds 15] [--many 100000] [--slowest 20]</c>. Without a database.</remarks>
internal static class ValidateScript
{
    private const int BundleSize = 100;

    public static int Run(string[] arguments)
    {
        if (arguments.Text("--examples") is not { } folder)
        {
            Console.Error.WriteLine("Name the folder of the examples: --examples DIR (R4's own, the package hl7.fhir.r4.examples).");
            return 2;
        }

        var files = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
        var examples = files.ConvertAll(File.ReadAllBytes);
        var first = examples[files.FindIndex(file => Path.GetFileName(file).StartsWith("Patient-example", StringComparison.Ordinal))];
        var validator = new Validator();
        Validate(validator, first);
        var sinceStart = DateTime.Now - Process.GetCurrentProcess().StartTime;
        Say($"first validation (a Patient): {sinceStart.TotalMilliseconds:F0} ms after the start of the process");

        var rounds = arguments.Number("--rounds", 15);
        var megabytes = examples.Sum(json => (double)json.Length) / 1e6;
        var watch = Stopwatch.StartNew();
        foreach (var json in examples) Validate(validator, json);
        Say($"{examples.Count} examples, {megabytes:F1} MB, for the first time: {watch.Elapsed.TotalMilliseconds:F0} ms");

        var times = new List<double>();
        var allocated = 0L;
        for (var round = -3; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            foreach (var json in examples) Validate(validator, json);
            if (round < 0) continue;
            times.Add(watch.Elapsed.TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Say($"warm, one thread: {examples.Count / ScriptArguments.Median(times):F0} resources a second, {megabytes / ScriptArguments.Median(times):F1} MB a second, {allocated / examples.Count / 1024.0:F1} KB allocated a resource");
        PrintSlowest(validator, files, examples, arguments.Number("--slowest", 0));

        var bundle = Bundle(examples);
        times.Clear();
        for (var round = -3; round < 50; round++)
        {
            watch.Restart();
            Validate(validator, bundle);
            if (round >= 0) times.Add(watch.Elapsed.TotalMilliseconds);
        }

        Say($"Bundle of {BundleSize}, {bundle.Length / 1e6:F2} MB: {ScriptArguments.Median(times):F1} ms");
        Memory(validator, examples, arguments.Number("--many", 100_000));
        return 0;
    }

    private static IReadOnlyList<Issue> Validate(Validator validator, byte[] json) => validator.Validate(ResourceDocument.Parse(json));

    private static void Memory(Validator validator, List<byte[]> examples, int many)
    {
        Console.WriteLine("| validations | managed heap MB | working set MB |");
        Console.WriteLine("|---|---|---|");
        for (var count = 0; count <= many; count++)
        {
            if (count % Math.Max(1, many / 5) == 0)
            {
                GC.Collect();
                Say($"| {count:N0} | {GC.GetTotalMemory(forceFullCollection: true) / 1e6:F1} | {Process.GetCurrentProcess().WorkingSet64 / 1e6:F0} |");
            }

            Validate(validator, examples[count % examples.Count]);
        }
    }

    private static void PrintSlowest(Validator validator, List<string> files, List<byte[]> examples, int count)
    {
        if (count == 0) return;
        var measured = new List<(double Microseconds, string File, int Bytes)>();
        for (var index = 0; index < examples.Count; index++)
        {
            var best = double.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var started = Stopwatch.GetTimestamp();
                Validate(validator, examples[index]);
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }

            measured.Add((best, Path.GetFileName(files[index]), examples[index].Length));
        }

        Say($"sum of the best: {measured.Sum(each => each.Microseconds) / 1e3:F1} ms");
        foreach (var (microseconds, file, bytes) in measured.OrderByDescending(each => each.Microseconds).Take(count))
            Say($"{microseconds,10:F0} µs {bytes / 1024.0,8:F1} KB {microseconds * 1024 / bytes,8:F1} µs/KB {file}");
    }

    /// <summary>A collection of the first hundred examples that are no Bundles themselves.</summary>
    private static byte[] Bundle(List<byte[]> examples)
    {
        var entries = new JsonArray();
        foreach (var json in examples)
        {
            var resource = JsonNode.Parse(json)!;
            if ((string?)resource["resourceType"] is "Bundle" or "Parameters") continue;
            entries.Add(new JsonObject { ["fullUrl"] = Invariant($"http://example.org/fhir/{resource["resourceType"]}/{entries.Count}-{resource["id"]}"), ["resource"] = resource });
            if (entries.Count == BundleSize) break;
        }

        return System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["resourceType"] = "Bundle", ["type"] = "collection", ["entry"] = entries }.ToJsonString());
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
