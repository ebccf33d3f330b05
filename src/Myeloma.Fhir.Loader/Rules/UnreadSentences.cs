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

        var read = new SpanSet(facts.Where(fact => fact is not (DrugMention or BrandFact or DrugAbbreviationFact)).Select(fact => fact.Span));
        var textEnd = reading.Text.AsSpan().TrimEnd().Length;
        foreach (var sentence in reading.Body)
        {
            if (RegimenPartner.Reason(sentence) is { } partner) found.TryAdd(sentence.Span, new UnreadSentence(sentence.Words(sentence.Span), partner, sentence.Span));
            if (Beside(sentence, read) is { } beside) found.TryAdd(sentence.Span, new UnreadSentence(sentence.Words(sentence.Span), beside, sentence.Span));
            if (IsClassMember(sentence)) continue;
            var hasItems = sentence.Block.Items.Concat(sentence.Block.Children).Any(item => read.Touches(item.Span));
            if (hasItems && sentence.Text[^1] is not ('.' or '!' or '?')) continue;
            if (found.ContainsKey(sentence.Span) || read.Touches(sentence.Span) || !Speaks(sentence)) continue;
            var isCutOff = sentence.Span.End >= textEnd && sentence.Block.Kind == BlockKind.Paragraph && sentence.Text[^1] is not ('|' or '.' or '!' or '?' or ':');
            found[sentence.Span] = new UnreadSentence(sentence.Words(sentence.Span), isCutOff ? "the text is cut off" : IsUnresolved(sentence) ? "it is not clear which drug is meant" : "no rule understood it", sentence.Span);
        }

        return [.. found.Values.OrderBy(sentence => sentence.Span.Start).ThenBy(sentence => sentence.Span.End)];
    }

    /// <summary>A drug that stands behind a combination that was read, and in no other fact.</summary>
    private static string? Beside(SentenceReading sentence, SpanSet read)
    {
        var mention = sentence.Reading.RegimensEndingIn(sentence.Span).LastOrDefault();
        if (mention is null || sentence.Subject is { IsPronoun: true }) return null;
        foreach (var group in sentence.Groups)
        {
            if (group.Full.Start < mention.Span.End || read.Touches(group.Name)) continue;
            var optional = sentence.Reading.Lexicon.Optional;
            var isOptional = Enumerable.Range(Math.Max(0, group.From - 4), Math.Min(4, group.From)).Any(i => optional.LengthAt(sentence.Tokens, i) > 0);
            return isOptional ? $"{group.Drug.Name} is only sometimes part of it" : $"{group.Drug.Name} stands beside the combination that was read";
        }

        return null;
    }

    /// <summary>True for an item whose drug was taken as a member of the class that the words before the list name.</summary>
    private static bool IsClassMember(SentenceReading sentence) =>
        sentence.Block.Kind == BlockKind.ListItem && sentence.Groups.Count == 1 && sentence.Reading.IntroOf(sentence.Block) is { } intro
        && sentence.Reading.ClassesOf(sentence.Groups[0].Drug).Any(fact => intro.Span.Contains(fact.Span));

    /// <summary>"It is taken by mouth" without one drug that "it" could be.</summary>
    private static bool IsUnresolved(SentenceReading sentence) =>
        sentence.Groups.Count == 0 && sentence.Subject is null && SubjectFinder.OpensWithPronoun(sentence);

    private static bool Speaks(SentenceReading sentence)
    {
        if (sentence.Groups.Count > 0 || RegimenPartner.Name(sentence, 0, sentence.Tokens.Count) is not null) return true;
        if (SubjectFinder.OpensWithPronoun(sentence) && (sentence.Subject is { Drugs.Count: > 0 } || IsAboutRoute(sentence))) return true;
        var reading = sentence.Reading;
        for (var i = 0; i < sentence.Tokens.Count; i++)
        {
            if (reading.Lexicon.Classes.Index.LengthAt(sentence.Tokens, i) > 0 || reading.Names.FindCondition(reading.Text, sentence.Tokens, i, out _) is not null) return true;
        }

        return false;
    }

    private static bool IsAboutRoute(SentenceReading sentence)
    {
        var routes = sentence.Reading.Lexicon.Routes;
        return Enumerable.Range(0, sentence.Tokens.Count).Any(i => routes.Phrases.LengthAt(sentence.Tokens, i) > 0 || routes.FormVerbs.LengthAt(sentence.Tokens, i) > 0);
    }
}
