using System.Text.Json;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>The validation suite against <c>baseline.json</c>: what passed stays passing, what fails has its reason there.</summary>
public sealed class SuiteTests
{
    [ConformanceFact]
    public void Every_case_of_the_suite_passes_but_those_the_baseline_gives_a_reason_for()
    {
        var baseline = Baseline.Read("baseline.json");
        var cases = ValidationCase.ReadAll();

        var passed = cases.Where(each => each.Run() == each.Valid).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);

        var broken = cases.Where(each => !passed.Contains(each.Name) && !baseline.Failing.ContainsKey(each.Name)).Select(each => each.Name);
        var earned = passed.Where(baseline.Failing.ContainsKey);
        Assert.Empty(broken);
        Assert.True(!earned.Any(), "These pass now; take them out of the baseline: " + string.Join(", ", earned));
        Assert.Equal(baseline.Passed, passed.Count);
        Assert.All(cases.Where(each => each.IsUndisputed), each => Assert.Contains(each.Name, passed));
    }
}

/// <param name="Passed">How many pass.</param>
/// <param name="Failing">Names with the reason why each is left failing.</param>
internal sealed record Baseline(int Passed, IReadOnlyDictionary<string, string> Failing)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static Baseline Read(string name)
    {
        var path = RepositoryRoot.Combine("tests", "Myeloma.Fhir.Validation.Tests", "Conformance", name);
        return JsonSerializer.Deserialize<Baseline>(File.ReadAllBytes(path), Options)!;
    }
}
