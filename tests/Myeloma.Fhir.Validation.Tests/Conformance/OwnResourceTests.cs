using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>What the project publishes, with its own definitions known.</summary>
public sealed class OwnResourceTests
{
    [Fact]
    public void Every_resource_of_the_package_is_valid_and_uses_no_extension_that_nobody_defines()
    {
        var resources = Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => Encoding.UTF8.GetString(File.ReadAllBytes(path)).Contains("\"resourceType\"", StringComparison.Ordinal))
            .Select(path => (Name: Path.GetFileName(path), Document: ResourceDocument.Parse(File.ReadAllBytes(path)))).ToList();
        var validator = new Validator(new ValidatorSettings { Definitions = Sample.Source(resources.Select(resource => resource.Document)) });

        var faults = from resource in resources
                     from issue in validator.Validate(resource.Document)
                     where issue.Severity <= IssueSeverity.Error || issue.MessageId is "extension-unknown" or "profile-unknown" or "invariant-not-evaluated"
                     select $"{resource.Name}, line {issue.Line}: {issue.Diagnostics}";

        Assert.NotEmpty(resources);
        Assert.Equal([], faults);
    }
}
