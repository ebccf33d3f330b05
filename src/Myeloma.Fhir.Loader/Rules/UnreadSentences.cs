using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Sentences that name a drug, a class or a condition and gave no fact, and words that a rule refused, each with its reason.</summary>
internal static class UnreadSentences
{
    public static IReadOnlyList<UnreadSentence> Find(Reading reading, IReadOnlyList<Fact> facts)
    {
        var found = new Dictionary<Span, UnreadSentence>();
        foreach (var refusal in reading.Refusals) found.TryAdd(refusal.Span, refusal);

        var spans = facts.Where(fact => fact is not DrugMention).Select(fact => fact.Span).OrderBy(span => span.Start).ToList();
        var longest = spans.Count == 0 ? 0 : spans.Max(span => span.Length);
        var starts = spans.Select(span => span.Start).ToArray();
        foreach (var sentence in reading.Body)
        {
            var hasItems = sentence.Block.Items.Concat(sentence.Block.Children).Any(item => IsCovered(item.Span, spans, starts, longest));
            if (hasItems && sentence.Text[^1] is not ('.' or '!' or '?')) continue;
            if (found.ContainsKey(sentence.Span) || IsCovered(sentence.Span, spans, starts, longest) || !Speaks(sentence)) continue;
            var isCutOff = sentence.Span.End >= reading.Text.TrimEnd().Length && sentence.Block.Kind == BlockKind.Paragraph && sentence.Text[^1] is not ('.' or '!' or '?' or ':');
            found[sentence.Span] = new UnreadSentence(sentence.Words(sentence.Span), isCutOff ? "the text is cut off" : "no rule understood it", sentence.Span);
        }

        return [.. found.Values.OrderBy(sentence => sentence.Span.Start).ThenBy(sentence => sentence.Span.End)];
    }

    private static bool IsCovered(Span sentence, List<Span> spans, int[] starts, int longest)
    {
        var at = Array.BinarySearch(starts, sentence.Start - longest);
        for (var i = at < 0 ? ~at : at; i < spans.Count && spans[i].Start < sentence.End; i++)
        {
            if (spans[i].End > sentence.Start) return true;
        }

        return false;
    }

    private static bool Speaks(SentenceReading sentence)
    {
        if (sentence.Groups.Count > 0) return true;
        var reading = sentence.Reading;
        for (var i = 0; i < sentence.Tokens.Count; i++)
        {
            if (reading.Lexicon.Classes.Index.LengthAt(sentence.Tokens, i) > 0 || reading.Names.FindCondition(reading.Text, sentence.Tokens, i, out _) is not null) return true;
        }

        return false;
    }
}
