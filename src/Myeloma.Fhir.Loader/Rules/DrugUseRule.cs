using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>How a drug is used: alone, how commonly, with which kinds of treatment, and which drugs it is said to be similar to.</summary>
internal sealed class DrugUseRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading) =>
        reading.Body.Where(sentence => sentence.Subject is { Drugs.Count: > 0, IsChoice: false })
            .SelectMany(sentence => Alone(sentence).Concat(Usage(sentence)).Concat(Categories(sentence)).Concat(Similar(sentence)));

    private static IEnumerable<Fact> Alone(SentenceReading sentence)
    {
        if (sentence.Reading.Lexicon.Phrases.First("alone", sentence.Text) is not { } match) yield break;
        var span = sentence.SpanOf(match.Groups["all"]);
        if (sentence.IsNegated(sentence.Subject!.To, sentence.Sentence.TokenAt(span.End)))
        {
            sentence.Reading.Refuse(sentence.Span, "the sentence says that something is not so");
            yield break;
        }

        var first = sentence.Sentence.TokenAt(span.Start);
        if (sentence.Groups.Any(group => group.From >= sentence.Subject.To && group.From < first)) yield break;
        foreach (var drug in sentence.Subject.Drugs) yield return new MonotherapyFact(drug.Drug, sentence.Words(sentence.SpanOf(match.Groups["mod"])), span);
    }

    private static IEnumerable<Fact> Usage(SentenceReading sentence)
    {
        var subject = sentence.Subject!;
        if (subject.Drug is not { } drug || subject.From > 0) yield break;
        var rest = sentence.Reading.Text[sentence.Tokens[subject.To - 1].End..sentence.Span.End];
        if (sentence.Reading.Lexicon.Phrases.First("usage", rest) is not { } match) yield break;
        var from = subject.IsPronoun ? sentence.Tokens[subject.To - 1].End + match.Groups["all"].Index : sentence.Span.Start;
        var end = sentence.Tokens[subject.To - 1].End + match.Groups["all"].Index + match.Groups["all"].Length;
        var span = sentence.Sentence.TrimMarks(from, end);
        yield return new UsageFact(drug.Drug, sentence.Words(span), span);
    }

    /// <summary>"in combination with other targeted therapy drugs, chemotherapy drugs and …".</summary>
    private static IEnumerable<Fact> Categories(SentenceReading sentence)
    {
        var subject = sentence.Subject!;
        var lexicon = sentence.Reading.Lexicon;
        for (var i = subject.To; i < sentence.Tokens.Count; i++)
        {
            var length = lexicon.Together.LengthAt(sentence.Tokens, i);
            if (length == 0) continue;
            var categories = CategoryList.Read(sentence, i + length);
            if (categories.Count == 0) continue;
            if (sentence.IsNegated(subject.To, i) || sentence.Groups.Any(group => group.From >= subject.To && group.From < i))
            {
                sentence.Reading.Refuse(sentence.Span, "it is not clear what is given together");
                yield break;
            }

            var modality = Modality(sentence, subject.To, i);
            foreach (var drug in subject.Drugs)
            {
                foreach (var (term, span) in categories) yield return new CombinesWithCategoryFact(drug.Drug, term, modality, span);
            }

            yield break;
        }
    }

    private static string Modality(SentenceReading sentence, int from, int to)
    {
        var lexicon = sentence.Reading.Lexicon;
        var end = from;
        while (end < to && (lexicon.Modals.Contains(sentence.Tokens[end].Norm) || lexicon.Qualifiers.LengthAt(sentence.Tokens, end) == 1)) end++;
        return end == from ? "" : sentence.Words(sentence.Sentence.SpanOf(from, end)).ToLowerInvariant();
    }

    private static IEnumerable<Fact> Similar(SentenceReading sentence)
    {
        var subject = sentence.Subject!;
        for (var i = subject.To; i + 2 < sentence.Tokens.Count; i++)
        {
            if (sentence.Tokens[i].Norm != "similar" || sentence.Tokens[i + 1].Norm != "to") continue;
            if (sentence.IsNegated(subject.To, i) || sentence.Reading.Lists.Parse(sentence, i + 2) is not { IsTogether: true } list) yield break;
            foreach (var drug in subject.Drugs)
            {
                foreach (var group in list.Groups)
                    yield return new SimilarToFact(drug.Drug, group.Drug, Span.Between(sentence.Tokens[i].Start, group.Name.End));
            }

            yield break;
        }
    }
}
