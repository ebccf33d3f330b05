using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Every place where a drug is named, with the words that are misspelt names.</summary>
internal sealed class DrugMentionRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Sentences)
        {
            var part = sentence.IsReference ? DocumentPart.References : DocumentPart.Body;
            foreach (var mention in sentence.Mentions)
            {
                var written = mention.Span.Of(reading.Text);
                yield return new DrugMention(mention.Name.Drug, written, mention.Name.Kind, part, mention.Name.InLexicon, mention.Span);
                if (mention.Name.Kind == DrugNameKind.Misspelling)
                    yield return new MisspellingFact(written, mention.Name.Drug.Name, mention.Name.Drug, mention.Span);
            }
        }
    }
}
