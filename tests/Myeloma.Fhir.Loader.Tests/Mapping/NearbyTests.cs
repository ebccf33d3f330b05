using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Mapping;

namespace Myeloma.Fhir.Loader.Tests.Mapping;

/// <summary>Finding the words that belong to a fact around its place.</summary>
public sealed class NearbyTests
{
    private const string Text = "It may be used.\n\nIt is usually given. It may be used to treat relapsed or refractory myeloma.\n\nIt may be used.";

    [Theory]
    [InlineData("relapsed", 62)]
    [InlineData("may be used", 41)]
    [InlineData("usually", 23)]
    [InlineData("myeloma", 85)]
    public void Words_inside_come_first_then_the_last_before_then_the_first_after(string words, int start)
    {
        var around = new Span(Text.IndexOf("treat relapsed", StringComparison.Ordinal), "treat relapsed".Length);

        Assert.Equal(new Span(start, words.Length), Nearby.Find(Text, words, around));
    }

    [Theory]
    [InlineData("sometimes")]
    [InlineData("")]
    public void Words_that_the_paragraph_does_not_hold_are_not_found(string words) =>
        Assert.Null(Nearby.Find(Text, words, new Span(17, 5)));

    [Fact]
    public void Words_of_another_paragraph_are_not_taken() =>
        Assert.Null(Nearby.Find("It is rare.\n\nIt is given.", "rare", new Span(16, 8)));

    [Fact]
    public void The_ends_of_the_text_are_no_trouble()
    {
        Assert.Equal(new Span(0, 3), Nearby.Find("abc", "abc", new Span(0, 3)));
        Assert.Null(Nearby.Find("abc", "abcd", new Span(0, 3)));
    }
}
