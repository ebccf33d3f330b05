using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>
/// The definitions of R4 themselves against <c>definitions.json</c>: by message id and the place of the fault, why the definitions that have it do.
/// </summary>
public sealed class DefinitionTests
{
    [DefinitionsFact]
    public void Every_definition_of_R4_is_valid_but_for_the_faults_that_are_listed()
    {
        var baseline = Baseline.Read("definitions.json");
        var validator = new Validator();
        var (valid, unexpected, seen, examined) = (0, new List<string>(), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));

        Parallel.ForEach(Resources(), document =>
        {
            var errors = validator.Validate(document).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
            lock (seen)
            {
                examined[document.ResourceType] = examined.GetValueOrDefault(document.ResourceType) + 1;
                if (errors.Count == 0) valid++;
                foreach (var issue in errors)
                {
                    var kind = Kind(issue);
                    if (baseline.Failing.ContainsKey(kind)) seen.Add(kind);
                    else unexpected.Add($"{kind} of {document.ResourceType}/{document.Id}, line {issue.Line}: {issue.Diagnostics}");
                }
            }
        });

        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected.Order(StringComparer.Ordinal)));
        Assert.Equal([], baseline.Failing.Keys.Except(seen));
        Assert.Equal(baseline.Passed, valid);
        Assert.Equal((658, 1400, 1316, 1062), (examined["StructureDefinition"], examined["SearchParameter"], examined["ValueSet"], examined["CodeSystem"]));
    }

    /// <summary>The message and where it stands, indexes aside: <c>extension-context StructureDefinition.extension</c>.</summary>
    private static string Kind(Issue issue) =>
        $"{issue.MessageId} {string.Join('.', (issue.Expression ?? "").Split('.').Select(step => step.Split('[')[0]))}";

    private static IEnumerable<ResourceDocument> Resources()
    {
        foreach (var (_, json) in DefinitionsFolder.Bundles())
        {
            var bundle = ResourceDocument.Parse(json).Root;
            foreach (var entry in bundle.Children("entry"))
                if (entry.Child("resource") is { } resource) yield return ResourceDocument.Parse(resource.RawValue.ToArray());
        }
    }
}
