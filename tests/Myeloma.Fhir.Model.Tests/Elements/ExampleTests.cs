using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Model.Tests.Elements;

/// <summary>The published examples are sound resources. https://hl7.org/fhir/R4/downloads.html</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Files()
    {
        var data = new TheoryData<string>();
        foreach (var suite in new[] { "examples", "xmljson" })
            foreach (var file in Directory.EnumerateFiles(ConformanceFolder.Suite(suite), "*.json").Order(StringComparer.Ordinal))
                data.Add(Path.GetRelativePath(ConformanceFolder.Path!, file));
        return data;
    }

    [ConformanceTheory]
    [MemberData(nameof(Files))]
    public void A_published_example_has_no_structural_fault(string file)
    {
        var document = ResourceDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite(file)));

        Assert.Equal([], StructuralCheck.Check(document).Select(issue => $"{issue.MessageId} {issue.Expression} {issue.Line}: {issue.Diagnostics}"));
    }
}
