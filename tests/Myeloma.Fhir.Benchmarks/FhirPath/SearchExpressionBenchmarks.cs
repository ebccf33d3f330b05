using BenchmarkDotNet.Attributes;

namespace Myeloma.Fhir.Benchmarks.FhirPath;

/// <summary>Search parameters of R4 over the examples in the folder that <c>MYELOMA_EXAMPLES</c> names: time and allocation of the mean evaluation.</summary>
[MemoryDiagnoser]
public class SearchExpressionBenchmarks
{
    private const int PairsEach = 1_000;
    private readonly SearchExpressionWorkload workload = SearchExpressionWorkload.Read(
        Environment.GetEnvironmentVariable("MYELOMA_EXAMPLES") ?? throw new InvalidOperationException("MYELOMA_EXAMPLES names no folder of example resources."));

    /// <summary>Pairs spread evenly over the workload.</summary>
    [Benchmark(OperationsPerInvoke = PairsEach)]
    public int Evaluate()
    {
        var found = 0;
        var apart = workload.Pairs.Count / PairsEach;
        for (var i = 0; i < PairsEach; i++)
        {
            var (expression, resource) = workload.Pairs[i * apart];
            found += workload.Expressions[expression].Evaluate(workload.Resources[resource].Root).Count;
        }

        return found;
    }
}
