using System.Text;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Rules;
using Myeloma.Fhir.Loader.Tests.Gold;
using Myeloma.Fhir.Loader.Text;
using Xunit;

namespace Myeloma.Fhir.Loader.Tests.Rules;

/// <summary>"a and b … with c": one combination only where the words say that all are given together.</summary>
public sealed class SeveralPartnersTests
{
    private static ReadingLexicon Lexicon => GoldFile.Lexicon;

    [Theory]
    [InlineData("Venetoclax and bortezomib are given together with dexamethasone.")]
    [InlineData("Venetoclax is given in combination with bortezomib and dexamethasone.")]
    public void Drugs_that_are_said_to_be_given_together_are_one_combination(string sentence)
    {
        var mention = Assert.Single(Read(sentence).Of<RegimenMention>());

        Assert.Equal(["venetoclax", "bortezomib", "dexamethasone"], mention.Members.Select(member => member.Drug.ToString()));
    }

    [Theory]
    [InlineData("Venetoclax and bortezomib are given in combination with dexamethasone.")]
    [InlineData("Venetoclax and bortezomib are used with dexamethasone.")]
    public void Drugs_each_of_which_may_be_meant_are_reported_and_not_claimed(string sentence)
    {
        var facts = Read(sentence);

        Assert.Empty(facts.Of<RegimenMention>());
        Assert.Equal("it is not clear which drugs are given together", Assert.Single(facts.NotUnderstood).Reason);
    }

    private static DocumentFacts Read(string sentence) =>
        FactReader.Read(SourceDocument.Parse("document.txt", Encoding.UTF8.GetBytes(sentence)), Lexicon);
}
