using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Benchmarks.FhirPath;

/// <summary>
/// Evaluates every search parameter of R4 on every example it is defined for and prints the distribution of time and allocation an evaluation,
/// then the same for the shapes that invariants are made of.
/// </summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- fhirpath --examples DIR [--repeats 200] [--slowest 20] [--workload FILE]</c>.
/// <c>--slowest</c> prints that many expressions, those that most time goes into over all resources, with their dearest resource.
/// <c>--workload</c> writes the same work as JSON, so that another engine can be measured on it: <c>expressions</c>, <c>files</c>, and <c>pairs</c> of
/// indexes into both with the number of items found.
/// </remarks>
internal static class FhirPathScript
{
    private static readonly string[] Shapes =
    [
        "name", "name.given", "name.where(use = 'official')", "name.where(use = 'official').given", "name | contact.name", "name.exists()",
        "name.exists(use = 'official')", "deceased.ofType(boolean)", "(deceased as dateTime)", "active or gender = 'male'", "active.exists() and gender.exists()",
        "managingOrganization.where(resolve() is Organization)", "extension('http://example.org/none')", "contact.all(name.exists() or telecom.exists())",
        "name.given.first()", "name[0].family", "identifier.count() > 0", "birthDate <= today()", "name.given.first().matches('[A-Z].*')", "contact.relationship.coding.code",
    ];

    private const int Rounds = 5;

    public static int Run(string[] arguments)
    {
        if (arguments.Text("--examples") is not { } folder)
        {
            Console.Error.WriteLine("Name the folder of the examples: --examples DIR (R4's own, the package hl7.fhir.r4.examples).");
            return 2;
        }

        var repeats = int.Parse(arguments.Text("--repeats") ?? "200", CultureInfo.InvariantCulture);
        var workload = SearchExpressionWorkload.Read(folder);
        if (arguments.Text("--workload") is { } file) Write(workload, file);

        for (var round = 0; round < 30; round++)
            foreach (var (expression, resource) in workload.Pairs) workload.Expressions[expression].Evaluate(workload.Resources[resource].Root);

        var measured = workload.Pairs.Select(pair => Measure(workload.Expressions[pair.Expression], workload.Resources[pair.Resource].Root, repeats)).ToList();
        Console.WriteLine($"{workload.Expressions.Count} expressions, {workload.Files.Count} resources, {measured.Count} pairs, {repeats} evaluations each");
        Console.WriteLine("| | p10 | median | p90 | p99 | mean |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Print("ns", [.. measured.Select(each => each.Nanoseconds)]);
        Print("bytes", [.. measured.Select(each => each.Bytes)]);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all pairs once: {measured.Sum(each => each.Nanoseconds) / 1e6:F2} ms"));
        PrintSlowest(workload, measured, int.Parse(arguments.Text("--slowest") ?? "0", CultureInfo.InvariantCulture));

        Console.WriteLine();
        var patient = workload.Resources[workload.Files.ToList().FindIndex(name => name.StartsWith("Patient-example", StringComparison.Ordinal))].Root;
        foreach (var shape in Shapes)
        {
            var expression = FhirPathExpression.Parse(shape);
            Measure(expression, patient, 20_000);
            var (nanoseconds, bytes) = Measure(expression, patient, 20_000);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{nanoseconds,8:F0} ns {bytes,6:F0} B  {shape}"));
        }

        return 0;
    }

    /// <summary>
    /// The mean of the fastest of five rounds: a thread that the machine puts aside for milliseconds within a round of microseconds says nothing about the
    /// expression.
    /// </summary>
    private static (double Nanoseconds, double Bytes) Measure(FhirPathExpression expression, Element root, int repeats)
    {
        var best = TimeSpan.MaxValue;
        var each = Math.Max(1, repeats / Rounds);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < each; i++) expression.Evaluate(root);
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed < best) best = elapsed;
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return (best.TotalNanoseconds / each, (double)bytes / (each * Rounds));
    }

    private static void Print(string unit, double[] values)
    {
        Array.Sort(values);
        double At(double part) => values[(int)(part * (values.Length - 1))];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {unit} | {At(0.1):F0} | {At(0.5):F0} | {At(0.9):F0} | {At(0.99):F0} | {values.Average():F0} |"));
    }

    private static void PrintSlowest(SearchExpressionWorkload workload, List<(double Nanoseconds, double Bytes)> measured, int count)
    {
        var byExpression = workload.Pairs.Zip(measured).GroupBy(each => each.First.Expression).OrderByDescending(group => group.Sum(each => each.Second.Nanoseconds));
        foreach (var group in byExpression.Take(count))
        {
            var dearest = group.MaxBy(each => each.Second.Nanoseconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{group.Sum(each => each.Second.Nanoseconds) / 1e3,8:F0} µs over {group.Count(),3}, {dearest.Second.Nanoseconds / 1e3,7:F1} µs on {workload.Files[dearest.First.Resource]}: {workload.Expressions[group.Key].Text}"));
        }
    }

    private static void Write(SearchExpressionWorkload workload, string file)
    {
        using var stream = File.Create(file);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteStartArray("expressions");
        foreach (var expression in workload.Expressions) writer.WriteStringValue(expression.Text);
        writer.WriteEndArray();
        writer.WriteStartArray("files");
        foreach (var name in workload.Files) writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteStartArray("pairs");
        foreach (var (expression, resource) in workload.Pairs)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(expression);
            writer.WriteNumberValue(resource);
            writer.WriteNumberValue(workload.Expressions[expression].Evaluate(workload.Resources[resource].Root).Count);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
