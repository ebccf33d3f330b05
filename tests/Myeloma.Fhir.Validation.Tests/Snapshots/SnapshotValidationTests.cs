using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;
using Myeloma.Fhir.Validation.Snapshots;
using Myeloma.Fhir.Validation.Tests.Conformance;

namespace Myeloma.Fhir.Validation.Tests.Snapshots;

/// <summary>Snapshots that are made, read by the validator: as definitions they are valid, and they say what their differentials say.</summary>
public sealed class SnapshotValidationTests
{
    [ConformanceFact]
    public void The_validator_finds_the_same_with_snapshots_as_with_differentials_in_the_suite()
    {
        var baseline = Baseline.Read("snapshot-validation.json");
        var (equal, differing) = (0, new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var each in ValidationCase.ReadAll())
        {
            if (each.RunBothWays() is not { } found) continue;
            if (found.WithDifferentials.SequenceEqual(found.WithSnapshots) && found.WithoutSnapshot.Length == 0) equal++;
            else differing[each.Name] = $"{each.Name}:\n  {string.Join("\n  ", found.WithoutSnapshot)}\n  differential: {string.Join("; ", found.WithDifferentials.Except(found.WithSnapshots))}\n  snapshot: {string.Join("; ", found.WithSnapshots.Except(found.WithDifferentials))}";
        }

        var unexpected = differing.Where(each => !baseline.Failing.ContainsKey(each.Key)).Select(each => each.Value).ToList();
        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected));
        Assert.Equal([], baseline.Failing.Keys.Except(differing.Keys));
        Assert.Equal(baseline.Passed, equal);
    }

    [Fact]
    public void Every_profile_and_extension_of_the_package_gets_a_valid_snapshot_that_says_the_same_of_the_package()
    {
        var files = Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Where(bytes => Encoding.UTF8.GetString(bytes).Contains("\"resourceType\"", StringComparison.Ordinal))
            .Select(bytes => ResourceDocument.Parse(bytes)).ToList();
        var differentials = files.ConvertAll(OneView.Differential);
        var (source, failed) = (Sample.Source(differentials), new List<string>());
        var definitions = differentials.Where(OneView.HasDifferential).ToList();
        var snapshots = differentials.ConvertAll(each => OneView.HasDifferential(each) ? OneView.Snapshot(each, source, failed) : each);

        var (before, after) = (new Validator(new ValidatorSettings { Definitions = source }), new Validator(new ValidatorSettings { Definitions = Sample.Source(snapshots) }));
        Assert.NotEmpty(definitions);
        Assert.Equal([], failed);
        var faults = (from each in definitions
                      from issue in before.Validate(ResourceDocument.Parse(SnapshotGeneration.Generate(each, source)))
                      where issue.Severity <= IssueSeverity.Error
                      select $"{each.Id}: {issue.Expression} {issue.Diagnostics}").ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(
            differentials.SelectMany(each => Sample.Shown(before.Validate(each))),
            differentials.SelectMany(each => Sample.Shown(after.Validate(each))));
    }

    /// <summary>Snapshots write the value of a primitive out where they go below it.</summary>
    [Fact]
    public void A_profile_below_a_primitive_can_be_read_from_its_snapshot()
    {
        var profile = Sample.Resource(Sample.Profile("p", "Patient", """{"path":"Patient.birthDate.extension","min":1}"""));
        var made = Encoding.UTF8.GetString(SnapshotGeneration.Generate(profile, _ => null));
        Assert.Contains("\"id\":\"Patient.birthDate.value\"", made, StringComparison.Ordinal);

        var findings = Sample.Findings("""{"resourceType":"Patient","meta":{"profile":["http://example.org/p"]},"birthDate":"1970"}""", [made]);

        Assert.Contains("error profile-min Patient.birthDate", findings);
        Assert.DoesNotContain(findings, finding => finding.Contains("profile-unusable", StringComparison.Ordinal));
    }

    /// <summary>What a profile says of an element holds of that element, not of all that have its content.</summary>
    [Fact]
    public void A_content_reference_does_not_carry_the_constraints_of_the_profile()
    {
        var profile = Sample.Resource(Sample.Profile("p", "Parameters", """{"path":"Parameters.parameter.name","patternString":"outer"}"""));
        var made = Encoding.UTF8.GetString(SnapshotGeneration.Generate(profile, _ => null));
        Assert.Contains("\"contentReference\":\"http://hl7.org/fhir/StructureDefinition/Parameters#Parameters.parameter\"", made, StringComparison.Ordinal);

        const string parameters = """{"resourceType":"Parameters","meta":{"profile":["http://example.org/p"]},"parameter":[{"name":"outer","part":[{"name":"inner","valueCode":"a"}]}]}""";
        Assert.Equal([], Sample.Findings(parameters, [made]));
    }
}
