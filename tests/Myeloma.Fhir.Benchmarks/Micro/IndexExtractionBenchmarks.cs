using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Benchmarks.Micro;

/// <summary>All index rows of a resource, every search parameter of its type evaluated; against JsonDocument's parse of the same bytes.</summary>
[MemoryDiagnoser]
public class IndexExtractionBenchmarks
{
    private readonly SearchParameterRegistry registry = SearchParameterRegistry.Build(R4Schema.Instance);
    private readonly byte[] medicationBytes = BuiltResource.Largest("Medication");
    private readonly ResourceDocument medication = ResourceDocument.Parse(BuiltResource.Largest("Medication"));
    private readonly ResourceDocument plan = ResourceDocument.Parse(BuiltResource.Largest("PlanDefinition"));

    public IndexExtractionBenchmarks() =>
        registry = registry.WithIds([.. registry.Indexed.Select((_, index) => ((index + 1) * 4, true))]);

    [Benchmark(Baseline = true)]
    public int JsonDocumentParseOfTheMedication()
    {
        using var parsed = JsonDocument.Parse(medicationBytes);
        return parsed.RootElement.GetPropertyCount();
    }

    [Benchmark]
    public int Medication() => IndexExtraction.Extract(medication, registry).Tokens.Count;

    [Benchmark]
    public int PlanDefinition() => IndexExtraction.Extract(plan, registry).Tokens.Count;
}
