using BenchmarkDotNet.Attributes;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Benchmarks.Micro;

/// <summary>One evaluation of a compiled expression on a Medication; the shapes that search parameters use.</summary>
[MemoryDiagnoser]
public class FhirPathBenchmarks
{
    private readonly Element medication = ResourceDocument.Parse(BuiltResource.Largest("Medication")).Root;
    private readonly FhirPathExpression path = FhirPathExpression.Parse("Medication.code");
    private readonly FhirPathExpression union = FhirPathExpression.Parse("Medication.code.coding.code | Medication.code.text");
    private readonly FhirPathExpression where = FhirPathExpression.Parse("Medication.code.coding.where(system = 'http://www.whocc.no/atc').code");
    private readonly FhirPathExpression count = FhirPathExpression.Parse("Medication.code.coding.count()");

    [Benchmark(Baseline = true)]
    public int Path() => path.Evaluate(medication).Count;

    [Benchmark]
    public int Union() => union.Evaluate(medication).Count;

    [Benchmark]
    public int Where() => where.Evaluate(medication).Count;

    [Benchmark]
    public int CountOf() => count.Evaluate(medication).Count;
}
