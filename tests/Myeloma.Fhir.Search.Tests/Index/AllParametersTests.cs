using System.Text;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Index;

public class AllParametersTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance);

    [Fact]
    public void Every_expression_is_FHIRPath() =>
        Assert.All(Registry.Indexed.Where(parameter => !parameter.IsFullText).Select(parameter => parameter.Expression!).Distinct(), expression => FhirPathExpression.Parse(expression));

    [Fact]
    public void An_empty_resource_of_every_type_has_no_rows_and_no_warnings()
    {
        foreach (var type in R4Schema.Instance.ResourceTypes)
        {
            var rows = IndexExtraction.Extract(ResourceDocument.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{type}}"}""")), Registry);

            // Patient.deceased is computed: false for a patient of whom nothing is said.
            Assert.Equal(type == "Patient" ? 1 : 0, rows.Present.Count);
            Assert.Empty(rows.Issues);
        }
    }

    [ConformanceFact]
    public void Every_example_is_indexed_without_a_warning()
    {
        var faults = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(ConformanceFolder.Path!, "examples"), "*.json"))
        {
            var document = ResourceDocument.Parse(File.ReadAllBytes(file));
            var rows = IndexExtraction.Extract(document, Registry);
            faults.AddRange(rows.Issues.Select(issue => $"{Path.GetFileName(file)}: {issue.Diagnostics}"));
            if (rows.Tokens.Distinct().Count() != rows.Tokens.Count) faults.Add($"{Path.GetFileName(file)}: a token row stands twice");
        }

        Assert.Empty(faults);
    }
}
