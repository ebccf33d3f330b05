using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What the text says of the completeness of a list of combinations: "the most common …", "… include", "other combinations can be used".</summary>
internal sealed class ListQualifierRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            var drugs = sentence.Groups.Select(group => group.Drug).Distinct().ToList();
            var drug = drugs.Count == 1 ? drugs[0] : null;
            if (Qualifier(sentence) is { } found) yield return new ListQualifierFact(drug, found.Qualifier, found.Span);
            if (reading.Lexicon.Phrases.First("listOpen", sentence.Text) is not null)
                yield return new ListOpenFact(drug, sentence.Words(sentence.Sentence.Words), sentence.Sentence.Words);
        }
    }

    /// <summary>The qualifier of a sentence that opens a list of combinations; null for any other sentence.</summary>
    public static (string Qualifier, Span Span)? Qualifier(SentenceReading sentence)
    {
        var lexicon = sentence.Reading.Lexicon;
        if (sentence.Text[^1] != ':' || !sentence.HasAny(lexicon.CombinationWords, 0, sentence.Tokens.Count)) return null;
        var match = lexicon.Phrases.First("listQualifier", sentence.Text);
        return match is null ? null : (sentence.Words(sentence.SpanOf(match.Groups["q"])).ToLowerInvariant(), sentence.Sentence.Words);
    }
}
