using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Benchmarks.Micro;

/// <summary>What a write does before the database: parse, check of the structure, stamp of id and version; against JsonDocument's parse of the same bytes.</summary>
[MemoryDiagnoser]
public class CheckBenchmarks
{
    private readonly byte[] resource = BuiltResource.Largest("Medication");
    private readonly ResourceDocument document = ResourceDocument.Parse(BuiltResource.Largest("Medication"));

    [Benchmark(Baseline = true)]
    public int JsonDocumentParse()
    {
        using var parsed = JsonDocument.Parse(resource);
        return parsed.RootElement.GetPropertyCount();
    }

    [Benchmark]
    public int StructuralCheckOfAParsedOne() => StructuralCheck.Check(document).Count;

    [Benchmark]
    public int ParseAndCheck() => StructuralCheck.Check(ResourceDocument.Parse(resource)).Count;

    [Benchmark]
    public int Stamp() => ResourceStamp.Apply(document, "some-id", "2", DateTimeOffset.UnixEpoch).Length;
}
