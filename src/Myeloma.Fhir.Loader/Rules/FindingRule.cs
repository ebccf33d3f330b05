using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Results a study reports, what it says they prove, and how they were made known.</summary>
internal sealed class FindingRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading) => reading.Body.SelectMany(Of);

    private static IEnumerable<Fact> Of(SentenceReading sentence)
    {
        var phrases = sentence.Reading.Lexicon.Phrases;
        var text = sentence.Text;
        if (phrases.First("findingThat", text) is { } that)
        {
            var certainty = sentence.Words(sentence.SpanOf(that.Groups["c"]));
            foreach (var part in Clauses(sentence, sentence.SpanOf(that.Groups["v"]))) yield return new FindingFact(sentence.Words(part), certainty, part);
        }

        foreach (var cue in (string[])["findingFound", "findingIdentified", "findingConclusion"])
        {
            if (phrases.First(cue, text) is not { } match) continue;
            var span = sentence.SpanOf(match.Groups["v"]);
            yield return new FindingFact(sentence.Words(span), null, span);
            if (!match.Groups["w"].Success) continue;
            var second = sentence.SpanOf(match.Groups["w"]);
            yield return new FindingFact(sentence.Words(second), null, second);
        }

        if (phrases.First("claimProving", text) is { } claim)
            yield return new ClaimFact(sentence.Words(sentence.SpanOf(claim.Groups["v"])), sentence.SpanOf(claim.Groups["v"]));
        if (phrases.First("dissemination", text) is not { } dissemination) yield break;
        foreach (var part in WordList.Split(sentence, sentence.SpanOf(dissemination.Groups["v"]))) yield return Dissemination(sentence, part);
    }

    /// <summary>"A supported B and protected C": a past-tense verb behind "and" begins a second result.</summary>
    private static IEnumerable<Span> Clauses(SentenceReading sentence, Span words)
    {
        var from = words.Start;
        var last = sentence.Sentence.TokenAt(words.End);
        for (var i = sentence.Sentence.TokenAt(words.Start); i + 1 < last; i++)
        {
            if (sentence.Tokens[i].Norm != "and" || !sentence.Tokens[i + 1].Norm.EndsWith("ed", StringComparison.Ordinal)) continue;
            yield return sentence.Sentence.TrimMarks(from, sentence.Tokens[i].Start);
            from = sentence.Tokens[i].End;
        }

        yield return sentence.Sentence.TrimMarks(from, words.End);
    }

    private static DisseminationFact Dissemination(SentenceReading sentence, Span span)
    {
        var words = sentence.Words(span);
        if (sentence.Reading.Lexicon.Phrases.First("disseminationCount", words) is not { } match || sentence.Reading.Lexicon.Number(match.Groups["n"].Value) is not { } number)
            return new DisseminationFact(words, null, null, null, span);
        var isMore = match.Groups["more"].Success;
        return new DisseminationFact(words, isMore ? number : null, isMore ? null : number, match.Groups["w"].Success ? match.Groups["w"].Value : null, span);
    }
}
