using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Benchmarks.Micro;

/// <summary>Parsing and walking a PlanDefinition of the built package, against JsonDocument on the same bytes.</summary>
[MemoryDiagnoser]
public class ParseBenchmarks
{
    private readonly byte[] resource = BuiltResource.Largest("PlanDefinition");

    [Benchmark(Baseline = true)]
    public int JsonDocumentParse()
    {
        using var document = JsonDocument.Parse(resource);
        return document.RootElement.GetPropertyCount();
    }

    [Benchmark]
    public int ResourceDocumentParse() => ResourceDocument.Parse(resource).NodeCount;

    [Benchmark]
    public int ParseAndWalk() => Walk(ResourceDocument.Parse(resource).Root);

    private static int Walk(Element element)
    {
        var count = 1;
        foreach (var child in element.Children()) count += Walk(child);
        return count;
    }
}
