using Myeloma.Fhir.Model.Canonicals;

namespace Myeloma.Fhir.Validation.Tests;

public sealed class DefinitionLibraryTests
{
    [Theory]
    [InlineData("http://example.org/a", "10.0.0")]
    [InlineData("http://example.org/a|2.1.0", "2.1.0")]
    [InlineData("http://example.org/a|2.1", null)]
    [InlineData("http://example.org/b", null)]
    public void A_canonical_names_a_version_or_the_highest(string canonical, string? version)
    {
        var library = new DefinitionLibrary();
        foreach (var each in new[] { "2.1.0", "10.0.0", "9.9.9" })
            library.Add("http://example.org/a", each, () => Sample.Resource($$"""{"resourceType":"ValueSet","version":"{{each}}"}"""));

        Assert.Equal(version, library.Find(canonical)?.Root.TextOf("version"));
    }

    [Fact]
    public void The_same_version_again_takes_the_place_of_the_earlier()
    {
        var library = new DefinitionLibrary();
        library.Add("http://example.org/a", null, () => Sample.Resource("""{"resourceType":"ValueSet","name":"A"}"""));
        library.Add("http://example.org/a", null, () => Sample.Resource("""{"resourceType":"ValueSet","name":"B"}"""));

        Assert.Equal(1, library.Count);
        Assert.Equal("B", library.Find("http://example.org/a")!.Root.TextOf("name"));
    }

    [Theory]
    [InlineData(null, "1")]
    [InlineData("1.2.0", "1.10.0")]
    [InlineData("1.2", "1.2.1")]
    [InlineData("2.0.0-ballot", "2.0.0")]
    [InlineData("2.0.0-ballot2", "2.0.0-draft")]
    [InlineData("2.0.0-1", "2.0.0-ballot")]
    [InlineData("2020-09", "2021-01")]
    [InlineData("20200901", "20210101")]
    public void Versions_are_ordered_by_number_and_label(string? lower, string? higher)
    {
        Assert.True(BusinessVersionOrder.Instance.Compare(lower, higher) < 0);
        Assert.True(BusinessVersionOrder.Instance.Compare(higher, lower) > 0);
        Assert.Equal(0, BusinessVersionOrder.Instance.Compare(lower, lower));
    }

    [Fact]
    public void A_build_does_not_count() => Assert.Equal(0, BusinessVersionOrder.Instance.Compare("1.0.0+5", "1.0.0+6"));
}
