using Myeloma.Fhir.FhirPath.Tests.Conformance;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Checking;

/// <summary>The suite's expressions, checked without their inputs: what it calls a semantic fault is an error, what it evaluates is none.</summary>
public sealed class SuiteCheckTests
{
    [ConformanceFact]
    public void Semantic_faults_are_errors_and_what_evaluates_has_none()
    {
        var wrong = new List<string>();
        foreach (var test in SuiteCase.ReadAll().Where(test => test.Invalid is not ("syntax" or "execution")))
        {
            var context = test.Input is null ? null : TypeOf(test.Input);
            var check = FhirPathExpression.Parse(test.Expression).Check(context, new() { CheckOrderedFunctions = test.CheckOrderedFunctions });
            var errors = check.Issues.Where(found => found.Issue.Severity == IssueSeverity.Error).Select(found => found.Issue.Diagnostics).ToList();
            if (errors.Count > 0 != (test.Invalid == "semantic")) wrong.Add($"{test.Id}: {test.Invalid ?? "no error expected"}: {string.Join("; ", errors)}");
        }

        Assert.Equal(Expected, wrong);
    }

    private static readonly string[] Expected = [];

    private static TypeSchema TypeOf(string input) => ResourceDocument
        .Parse(File.ReadAllBytes(Path.Combine(SuiteCase.Folder, "input", Path.ChangeExtension(input, ".json")))).Root.Type;
}
