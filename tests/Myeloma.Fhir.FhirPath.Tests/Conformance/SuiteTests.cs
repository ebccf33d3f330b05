using System.Text.Json;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Conformance;

/// <summary>The FHIR R4 FHIRPath suite against <c>baseline.json</c>: what passed stays passing, what fails has its reason there.</summary>
public sealed class SuiteTests
{
    [ConformanceFact]
    public void Every_case_of_the_suite_passes_but_those_the_baseline_gives_a_reason_for()
    {
        var baseline = Baseline.Read();
        var runner = new SuiteRunner();
        var cases = SuiteCase.ReadAll();

        var broken = new List<string>();
        var earned = new List<string>();
        foreach (var test in cases)
        {
            var difference = runner.Run(test);
            if (difference is not null && !baseline.Failing.ContainsKey(test.Id)) broken.Add($"{test.Id}: {test.Expression}: {difference}");
            if (difference is null && baseline.Failing.ContainsKey(test.Id)) earned.Add(test.Id);
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.True(earned.Count == 0, "These pass now; take them out of the baseline: " + string.Join(", ", earned));
        Assert.Equal(baseline.Passed, cases.Count - baseline.Failing.Count);
    }
}

/// <param name="Passed">How many cases pass.</param>
/// <param name="Failing">Case ids with the reason why each is left failing.</param>
internal sealed record Baseline(int Passed, IReadOnlyDictionary<string, string> Failing)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static Baseline Read()
    {
        var path = RepositoryRoot.Combine("tests", "Myeloma.Fhir.FhirPath.Tests", "Conformance", "baseline.json");
        return JsonSerializer.Deserialize<Baseline>(File.ReadAllBytes(path), Options)!;
    }
}
