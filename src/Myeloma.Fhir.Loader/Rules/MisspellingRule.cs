using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Common misspellings of plain words, and words used for another ("considerate to be"). Drug names are the business of their own rule.</summary>
internal sealed class MisspellingRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        var words = reading.Lexicon.Words;
        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference))
        {
            for (var i = 0; i < sentence.Tokens.Count; i++)
            {
                if (sentence.Tokens[i].Kind != TokenKind.Word) continue;
                if (words.Misspellings.TryGetValue(sentence.Tokens[i].Norm, out var meant)) yield return Make(sentence, i, meant);
                foreach (var confusion in words.Confusions)
                {
                    if (Enumerable.Range(0, confusion.Words.Length).All(k => sentence.Sentence.Norm(i + k) == confusion.Words[k]))
                        yield return Make(sentence, i + confusion.Wrong, confusion.Meant);
                }
            }
        }
    }

    private static MisspellingFact Make(SentenceReading sentence, int token, string meant)
    {
        var span = sentence.Sentence.SpanOf(token, token + 1);
        return new MisspellingFact(sentence.Words(span), meant, null, span);
    }
}
