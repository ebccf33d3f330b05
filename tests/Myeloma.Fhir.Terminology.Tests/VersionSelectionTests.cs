using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>The one rule of versions. https://hl7.org/fhir/R4/references.html#canonical</summary>
public sealed class VersionSelectionTests
{
    [Theory]
    [InlineData(null, "1.10 active", "1.2 active", "1.10 active")]
    [InlineData(null, "1.2 active", "1.2 active", "1.10 draft", "2.0 retired")]
    [InlineData(null, "1.10 draft", "1.2 draft", "1.10 draft", "2.0 retired")]
    [InlineData(null, "1.10 unknown", "1.2 draft", "1.10 unknown")]
    [InlineData(null, "2.0 retired", "1.2 retired", "2.0 retired")]
    [InlineData(null, "2021-01 active", "2020-09 active", "2021-01 active")]
    [InlineData(null, "2.0 active", "2021-01 active", "2.0 active")]
    [InlineData(null, "1.0.0 active", "1.0.0-rc1 active", "1.0.0 active", "0.9.9 active")]
    [InlineData("1.x", "1.2 active", "1.2 active", "1.10 draft", "2.0 active")]
    [InlineData("1.10", "1.10 draft", "1.2 active", "1.10 draft", "2.0 active")]
    [InlineData("3", null, "1.2 active", "1.10 draft", "2.0 active")]
    public void The_version_that_is_meant_is_the_same_in_every_order(string? asked, string? expected, params string[] versions)
    {
        Assert.All(Orders(versions), order => Assert.Equal(expected, VersionPattern.Select(order, asked, each => each.Split(' ')[0], each => each.Split(' ')[1])));
    }

    private static IEnumerable<IReadOnlyList<string>> Orders(string[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany((item, at) => Orders([.. items.Where((_, other) => other != at)]).Select(rest => (IReadOnlyList<string>)[item, .. rest]));
}
