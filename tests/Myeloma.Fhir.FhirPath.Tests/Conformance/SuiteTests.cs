using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Conformance;

/// <summary>The FHIR R4 FHIRPath suite: what passed stays passing, what fails has its reason written down.</summary>
public sealed class SuiteTests
{
    [ConformanceFact]
    public void Every_case_of_the_suite_passes_but_those_with_a_reason()
    {
        var runner = new SuiteRunner();
        SuiteResults.Hold("fhirpath", SuiteCase.ReadAll().ToDictionary(test => test.Id, test => runner.Run(test) is { } difference ? $"{test.Expression}: {difference}" : null));
    }
}
