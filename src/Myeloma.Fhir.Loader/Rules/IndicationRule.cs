using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What a drug is used to treat: "may be used to treat relapsed or refractory CONDITION". One fact a state.</summary>
internal sealed class IndicationRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading) => reading.Body.SelectMany(Of);

    private static IEnumerable<Fact> Of(SentenceReading sentence)
    {
        if (sentence.Subject is not { Drugs.Count: > 0 } subject) yield break;
        for (var i = subject.To; i < sentence.Tokens.Count; i++)
        {
            if (!sentence.Reading.Lexicon.IndicationCues.TryMatch(sentence.Tokens, i, out var length, out _)) continue;
            var conditions = ConditionReader.Read(sentence, i + length);
            if (conditions.Count == 0) continue;
            if (sentence.IsNegated(subject.To, i))
            {
                sentence.Reading.Refuse(sentence.Span, "the sentence says that something is not so");
                yield break;
            }

            if (RegimenPartner.Name(sentence, subject.To, i) is not null && RegimenPartner.Reason(sentence) is { } partner)
            {
                sentence.Reading.Refuse(sentence.Span, partner);
                yield break;
            }

            var position = sentence.Tokens[i].Start;
            var regimen = sentence.Reading.RegimensEndingIn(sentence.Span)
                .FirstOrDefault(mention => mention.Span.End <= position || mention.Span.Contains(new Span(position, 1)));
            var strays = sentence.Groups.Any(group => group.From >= subject.To && group.From < i);
            if (regimen is null && strays)
            {
                sentence.Reading.Refuse(sentence.Span, "it is not clear which drug is used for the condition");
                yield break;
            }

            foreach (var fact in Each(sentence, subject, regimen, conditions, i, length)) yield return fact;
            yield break;
        }
    }

    private static IEnumerable<Fact> Each(
        SentenceReading sentence, Subject subject, RegimenMention? regimen, List<ConditionAt> conditions, int cue, int length)
    {
        var verb = VerbStart(sentence, cue, subject.To);
        var from = verb;
        if (sentence.Sentence.Norm(from) is "is" or "are" or "was" or "were") from++;
        var isDefined = conditions[0].IsDefined;
        if (isDefined) from = verb == subject.To && !subject.IsPronoun ? subject.From : verb;
        // "may be used in combination with … to treat": the words that carry the use are those before the other members.
        var first = regimen is null ? cue : FirstVerb(sentence, subject.To, cue);
        var modalityTo = first == cue ? cue + length : sentence.Sentence.Norm(cue - 1) == "to" ? cue - 1 : cue;
        var modality = sentence.Words(sentence.Sentence.SpanOf(VerbStart(sentence, first, subject.To), modalityTo));

        for (var k = 0; k < conditions.Count; k++)
        {
            var condition = conditions[k];
            var start = k == 0 && regimen is null ? from : condition.From;
            var span = sentence.Sentence.SpanOf(start, condition.To);
            foreach (var drug in subject.Drugs)
            {
                var others = regimen is null ? [] : regimen.Members.Select(member => member.Drug).Where(other => !other.Equals(drug.Drug)).ToList();
                yield return new IndicationFact(drug.Drug, condition.Condition, condition.State, modality, others, span);
            }
        }
    }

    /// <summary>Goes left from the cue over qualifiers and auxiliaries.</summary>
    private static int VerbStart(SentenceReading sentence, int cue, int stop)
    {
        var from = cue;
        while (from > stop && (sentence.Reading.Lexicon.Modals.Contains(sentence.Tokens[from - 1].Norm) || sentence.Reading.Lexicon.Qualifiers.LengthAt(sentence.Tokens, from - 1) == 1)) from--;
        return from;
    }

    private static int FirstVerb(SentenceReading sentence, int from, int cue)
    {
        for (var i = from; i < cue; i++)
        {
            if (sentence.Reading.Lexicon.Words.TogetherVerbs.Contains(sentence.Tokens[i].Norm)) return i;
        }

        return cue;
    }
}
