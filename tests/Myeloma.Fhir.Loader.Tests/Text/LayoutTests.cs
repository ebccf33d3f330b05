using System.Text;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Rules;
using Myeloma.Fhir.Loader.Tests.Gold;
using Myeloma.Fhir.Loader.Text;
using Xunit;

namespace Myeloma.Fhir.Loader.Tests.Text;

public class LayoutTests
{
    [Theory]
    [InlineData("Title\n\nSome text.", new[] { "Title" })]
    [InlineData("# Title\nSome text.\n\n## Second\nMore text.", new[] { "Title", "Second" })]
    [InlineData("Title\n=====\nSome text.", new[] { "Title" })]
    [InlineData("Skip to main content\n\nTitle\n\nSome text.", new[] { "Title" })]
    [InlineData("What is it?\n\nSome text.", new[] { "What is it?" })]
    public void Headings_are_found(string text, string[] headings) =>
        Assert.Equal(headings, Read(text).Sections.Where(section => section.HeadingSpan.Length > 0).Select(section => section.Heading));

    [Theory]
    [InlineData("A sentence that ends.\n\nAnother one.")]
    [InlineData("Last medical review:\n\nSome text.")]
    [InlineData("This line is cut off and has no\n\nSome text.")]
    [InlineData("one, two, three, four\n\nSome text.")]
    public void Lines_that_are_no_headings_are_left_in_the_text(string text) =>
        Assert.DoesNotContain(Read(text).Sections, section => section.HeadingSpan.Length > 0);

    [Xunit.Fact]
    public void Sentences_with_wide_gaps_between_them_are_no_titles_of_a_table()
    {
        const string text = "Drugs and combinations of drugs destroy cancer cells.  Bortezomib is a proteasome inhibitor.  It is taken by mouth, alone or in a combination.";

        Assert.Single(Read(text).Of<DrugClassFact>());
        Assert.Single(Read("Regimen  Drugs\nCMF  cyclophosphamide, methotrexate and fluorouracil\n").Of<RegimenMention>());
    }

    [Theory]
    [InlineData('(')]
    [InlineData(' ')]
    [InlineData('a')]
    [InlineData('•')]
    [InlineData('\n')]
    public void A_megabyte_of_one_character_is_read(char c) =>
        Assert.Empty(Read("x" + new string(c, 1_000_000)).Of<RegimenMention>());

    [Theory]
    [InlineData("bortezomib and ")]
    [InlineData("• bortezomib and lenalidomide\n")]
    [InlineData("Bortezomib is stored in a cool place. ")]
    [InlineData("bortezomib (Velcade), ")]
    [InlineData("multiple myeloma that (called relapsed ")]
    [InlineData("if you have received at least 2 other ")]
    [InlineData("is used to treat relapsed or ")]
    public void A_megabyte_of_one_phrase_is_read_within_seconds(string phrase)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Read(string.Concat(Enumerable.Repeat(phrase, 1_000_000 / phrase.Length)));

        // Two seconds is the aim on an idle machine; the limit leaves room for a busy one and still finds quadratic work.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"It took {watch.Elapsed}.");
    }

    [Xunit.Fact]
    public void Every_span_lies_in_the_text_and_is_trimmed()
    {
        foreach (var facts in (DocumentFacts[])[GoldFile.Facts("targeted-mm"), GoldFile.Facts("over-myr")])
        {
            foreach (var fact in facts.Facts)
            {
                var words = fact.Span.Of(facts.Document.Text);
                Assert.Equal(words.Trim(), words);
                Assert.NotEqual("", words);
            }
        }
    }

    private static DocumentFacts Read(string text) =>
        FactReader.Read(SourceDocument.Parse("test.txt", Encoding.UTF8.GetBytes(text)), GoldFile.Lexicon);
}
