using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Risks, what is given against them, side effects, what they depend on, advice, and lists that are announced and empty.</summary>
internal sealed class SafetyRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            foreach (var fact in General(sentence).Concat(Risks(sentence)).Concat(Prophylaxis(sentence)).Concat(SideEffects(sentence))) yield return fact;
        }

        foreach (var fact in EmptyHeadings(reading)) yield return fact;
    }

    private static IEnumerable<Fact> General(SentenceReading sentence)
    {
        var phrases = sentence.Reading.Lexicon.Phrases;
        if (phrases.First("dependsOn", sentence.Text) is { } depends)
        {
            // The last part may hold an "or" of its own, so only its "and" cuts it.
            foreach (var part in DependsOnList.Split(sentence, sentence.SpanOf(depends.Groups["v"])))
                yield return new SafetyDependsOnFact(sentence.Words(part), part);
        }

        if (phrases.First("advice", sentence.Text) is { } advice && sentence.Groups.Count == 0)
        {
            var span = sentence.SpanOf(advice.Groups["all"]);
            yield return new SafetyAdviceFact(sentence.Words(span), span);
        }
    }

    private static IEnumerable<Fact> Risks(SentenceReading sentence)
    {
        if (sentence.Subject is not { Drugs.Count: > 0, IsChoice: false } subject) yield break;
        if (sentence.Reading.Lexicon.Phrases.First("risk", sentence.Text) is not { } match) yield break;
        var verb = sentence.Sentence.TokenAt(sentence.Span.Start + match.Groups["dir"].Index);
        if (sentence.IsNegated(subject.To, verb) || sentence.Groups.Any(group => group.From >= subject.To))
        {
            sentence.Reading.Refuse(sentence.Span, "the risk was not understood");
            yield break;
        }

        var direction = match.Groups["dir"].Value[0] is 'i' or 'I' or 'r' or 'R' && !match.Groups["dir"].Value.StartsWith("re", StringComparison.OrdinalIgnoreCase) ? "increases" : "decreases";
        var events = RiskEvents.Read(sentence, sentence.SpanOf(match.Groups["v"]));
        foreach (var drug in subject.Drugs)
        {
            foreach (var (name, site, span) in events) yield return new RiskFact(drug.Drug, name, site, direction, span);
        }
    }

    private static IEnumerable<Fact> Prophylaxis(SentenceReading sentence)
    {
        if (sentence.Reading.Lexicon.Phrases.First("prophylaxis", sentence.Text) is not { } match) yield break;
        var span = sentence.SpanOf(match.Groups["all"]);
        var before = sentence.Sentence.TokenAt(span.Start);
        if (sentence.IsNegated(0, before)) yield break;
        var eventName = sentence.Words(sentence.SpanOf(match.Groups["event"]));
        var against = sentence.Groups.Where(group => group.From < before).Select(group => group.Drug).Distinct().ToList();
        if (against.Count == 0 && sentence.Previous?.Subject is { Drugs.Count: > 0 } subject) against = [.. subject.Drugs.Select(group => group.Drug)];
        yield return new ProphylaxisFact(against, eventName, sentence.Words(span), span);
        var from = sentence.Sentence.TokenAt(span.End);
        foreach (var group in sentence.Groups.Where(group => group.From >= from))
            yield return new ProphylaxisDrugFact(group.Drug, eventName, match.Groups["ex"].Success, group.Name);
    }

    private static IEnumerable<Fact> SideEffects(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        if (sentence.Text[^1] != ':' || reading.Lexicon.Phrases.First("sideEffectList", sentence.Text) is null) yield break;
        if (!ReferenceEquals(reading.ByBlock[sentence.Block][^1], sentence)) yield break;
        var drugs = sentence.Subject is { Drugs.Count: > 0 } subject ? subject.Drugs.Select(group => group.Drug).ToList()
            : [.. sentence.Groups.Select(group => group.Drug).Distinct()];
        var items = sentence.Block.Items;
        if (items.Count == 0)
        {
            yield return new EmptyListFact(drugs, false, sentence.Span);
            yield break;
        }

        if (drugs.Count == 0 || sentence.IsNegated(0, sentence.Tokens.Count)) yield break;
        var may = sentence.Tokens.FindIndex(token => token.Norm is "may" or "can" or "might" or "commonly" or "often" or "rarely");
        foreach (var item in items)
        {
            if (item.Span.Length == 0 || reading.ByBlock[item] is not [var own]) continue;
            var span = own.Sentence.Words;
            if (span.Length > 0 && own.Groups.Count == 0) yield return new SideEffectFact(drugs, own.Words(span), may < 0 ? null : sentence.Tokens[may].Norm, span);
        }
    }

    private static IEnumerable<Fact> EmptyHeadings(Reading reading)
    {
        for (var i = 0; i + 1 < reading.Blocks.Count; i++)
        {
            var block = reading.Blocks[i];
            if (block.Kind != BlockKind.Heading || reading.Blocks[i + 1].Kind != BlockKind.Heading || reading.ByBlock[block] is not [var heading, ..]) continue;
            if (reading.Lexicon.Phrases.First("sideEffectList", heading.Text) is null) continue;
            var drugs = heading.Groups.Select(group => group.Drug).Distinct().ToList();
            if (drugs.Count == 0)
            {
                var classes = reading.Lexicon.Classes;
                for (var t = 0; t < heading.Tokens.Count && drugs.Count == 0; t++)
                {
                    if (!classes.Index.TryMatch(heading.Tokens, t, out _, out var key) && !classes.AbbreviationIndex.TryMatch(heading.Tokens, t, out _, out key)) continue;
                    drugs = [.. reading.DrugClasses.Where(fact => fact.Class.Equals(key)).Select(fact => fact.Drug).Distinct()];
                }
            }

            yield return new EmptyListFact(drugs, true, block.Span);
        }
    }
}

/// <summary>"the type of drug or combination of drugs, the dose and your health": commas and the last "and" cut, "or" does not.</summary>
internal static class DependsOnList
{
    public static IEnumerable<Span> Split(SentenceReading sentence, Span words)
    {
        var from = words.Start;
        var last = sentence.Sentence.TokenAt(words.End);
        var and = -1;
        for (var i = sentence.Sentence.TokenAt(words.Start); i < last; i++)
        {
            if (sentence.Tokens[i].Norm == "and") and = i;
        }

        for (var i = sentence.Sentence.TokenAt(words.Start); i < last; i++)
        {
            if (sentence.Tokens[i].Norm != "," && i != and) continue;
            var part = sentence.Sentence.TrimMarks(from, sentence.Tokens[i].Start);
            if (part.Length > 0) yield return part;
            from = sentence.Tokens[i].End;
        }

        yield return sentence.Sentence.TrimMarks(from, words.End);
    }
}
