using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>The tables of features name tests that exist.</summary>
public sealed partial class FeatureTableTests
{
    public static TheoryData<string> Tables() => new(SourceTree.Files("tests", "README.md").Where(path => path.Contains(".Tests/", StringComparison.Ordinal)));

    /// <remarks>A class may stand in several files, the further ones named <c>ClassTests.Part.cs</c>.</remarks>
    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_test_of_the_table_exists(string table)
    {
        var tests = SourceTree.Files("tests", "*.cs").Where(path => path.Contains("Tests.", StringComparison.Ordinal)).ToLookup(path => Path.GetFileName(path).Split('.')[0], SourceTree.Text);

        var missing = TestName().Matches(SourceTree.Text(table))
            .Where(match => !tests[match.Groups["class"].Value].Any(text =>
                !match.Groups["test"].Success || text.Contains($" {match.Groups["test"].Value}(", StringComparison.Ordinal)))
            .Select(match => match.Value);

        Assert.Empty(missing);
    }

    /// <summary>A class or one of its tests between backticks.</summary>
    [GeneratedRegex(@"`(?<class>[A-Z]\w+Tests)(?:\.(?<test>[A-Z]\w+))?`")]
    private static partial Regex TestName();
}
