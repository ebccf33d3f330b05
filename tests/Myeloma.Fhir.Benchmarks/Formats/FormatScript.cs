using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Benchmarks.Formats;

/// <summary>Reads and writes examples in both formats and prints MB of JSON a second, each as a ratio to JsonDocument's parse of the same bytes in the same round.</summary>
/// <remarks><c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- formats --examples DIR [--rounds 15]</c>. One thread; medians of the rounds.</remarks>
internal static class FormatScript
{
    public static int Run(string[] arguments)
    {
        if (arguments.Text("--examples") is not { } folder)
        {
            Console.Error.WriteLine("Name the folder of the examples: --examples DIR (R4's own, the package hl7.fhir.r4.examples).");
            return 2;
        }

        var rounds = int.Parse(arguments.Text("--rounds") ?? "15", CultureInfo.InvariantCulture);
        var examples = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var xml = examples.ConvertAll(json => XmlWriting.ToXml(ResourceDocument.Parse(json)));
        var megabytes = examples.Sum(json => (double)json.Length) / 1e6;
        (string Name, Action<int> Work)[] cases =
        [
            ("JsonDocument.Parse", index => JsonDocument.Parse(examples[index]).Dispose()),
            ("parse", index => ResourceDocument.Parse(examples[index])),
            ("parse, structural check", index => StructuralCheck.Check(ResourceDocument.Parse(examples[index]))),
            ("parse, write laid out", index =>
            {
                var document = ResourceDocument.Parse(examples[index]);
                PrettyJson.Format(document.Bytes.Span);
            }),
            ("JsonDocument.Parse, write laid out", index =>
            {
                using var document = JsonDocument.Parse(examples[index]);
                using var stream = new MemoryStream();
                using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
                document.WriteTo(writer);
            }),
            ("parse, write XML", index => XmlWriting.ToXml(ResourceDocument.Parse(examples[index]))),
            ("read XML, parse", index => ResourceDocument.Parse(XmlReading.ToJson(xml[index]))),
        ];

        var times = new double[cases.Length][];
        for (var each = 0; each < cases.Length; each++) times[each] = new double[rounds];

        // The cases take turns, so that what else the machine does meets all of them.
        for (var round = -5; round < rounds; round++)
        {
            for (var each = 0; each < cases.Length; each++)
            {
                var started = Stopwatch.GetTimestamp();
                for (var index = 0; index < examples.Count; index++) cases[each].Work(index);
                if (round >= 0) times[each][round] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{examples.Count} examples, {megabytes:F1} MB of JSON, {rounds} rounds"));
        Console.WriteLine("| | MB/s | time, ratio to JsonDocument.Parse |");
        Console.WriteLine("|---|---|---|");
        for (var each = 0; each < cases.Length; each++)
        {
            var ratio = ScriptArguments.Median(times[each].Zip(times[0], (time, baseline) => time / baseline));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {cases[each].Name} | {megabytes / ScriptArguments.Median(times[each]):F0} | {ratio:F2} |"));
        }

        return 0;
    }
}
