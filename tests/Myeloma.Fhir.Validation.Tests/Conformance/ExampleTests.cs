using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>The examples that the specification publishes against <c>examples.json</c>, which gives the faults of those that have some.</summary>
public sealed class ExampleTests
{
    [ConformanceFact]
    public void Every_published_example_is_valid_but_those_whose_faults_are_listed()
    {
        var baseline = Baseline.Read("examples.json");
        var validator = new Validator();

        var valid = 0;
        var unexpected = new List<string>();
        foreach (var path in Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var errors = validator.Validate(ResourceDocument.Parse(File.ReadAllBytes(path))).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
            if (errors.Count == 0) valid++;
            if (errors.Count == 0 == baseline.Failing.ContainsKey(name)) unexpected.Add($"{name}: {string.Join("; ", errors.Select(issue => issue.Diagnostics))}");
        }

        Assert.Empty(unexpected);
        Assert.Equal(baseline.Passed, valid);
    }
}
