using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Statements about the therapy the page is about: its condition, how it works, its other name, who has it, what it is combined with.</summary>
internal sealed class TherapyRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        if (reading.Therapy is not { } therapy) yield break;
        foreach (var fact in Title(reading, therapy)) yield return fact;
        var hasMechanism = new HashSet<Block>();
        foreach (var sentence in reading.Body.Where(sentence => sentence.Block.Kind == BlockKind.Paragraph))
        {
            foreach (var fact in Of(sentence, therapy, hasMechanism)) yield return fact;
        }
    }

    private static IEnumerable<Fact> Title(Reading reading, Term therapy)
    {
        var heading = reading.Sentences.Find(sentence => sentence.Block.Kind == BlockKind.Heading);
        if (heading is null) yield break;
        for (var i = 0; i < heading.Tokens.Count; i++)
        {
            if (reading.Names.FindCondition(reading.Text, heading.Tokens, i, out var length) is not { } condition) continue;
            var span = heading.Sentence.SpanOf(i, i + length);
            yield return new TherapyFact(TherapyFactKind.Condition, therapy.Display, reading.Words(span), condition, span);
            yield break;
        }
    }

    private static IEnumerable<Fact> Of(SentenceReading sentence, Term therapy, HashSet<Block> hasMechanism)
    {
        var reading = sentence.Reading;
        var phrases = reading.Lexicon.Phrases;
        var opens = reading.Lexicon.Categories.Index.TryMatch(sentence.Tokens, 0, out var length, out var subject) && subject == therapy;
        if (opens)
        {
            if (reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(length))) length++;
            var after = sentence.Tokens[length - 1].End;
            var rest = reading.Text[after..sentence.Span.End];
            if (phrases.First("therapyDoes", rest) is { } does)
            {
                hasMechanism.Add(sentence.Block);
                yield return Make(TherapyFactKind.Mechanism, sentence, sentence.Sentence.TrimMarks(after + does.Groups["m"].Index, after + does.Groups["m"].Index + does.Groups["m"].Length), therapy);
            }

            if (phrases.First("therapySynonym", sentence.Text) is { } synonym) yield return Of(TherapyFactKind.Synonym, sentence, synonym.Groups["v"], therapy);
            for (var i = length; i < sentence.Tokens.Count; i++)
            {
                var cue = reading.Lexicon.Together.LengthAt(sentence.Tokens, i);
                if (cue == 0 || sentence.IsNegated(0, i)) continue;
                foreach (var (term, span) in CategoryList.Read(sentence, i + cue))
                    yield return new TherapyFact(TherapyFactKind.Combination, therapy.Display, sentence.Words(span), term, span);
            }
        }
        else if (hasMechanism.Contains(sentence.Block) && sentence.Groups.Count == 0)
        {
            if (phrases.First("therapyBy", sentence.Text) is { } by) yield return Of(TherapyFactKind.Mechanism, sentence, by.Groups["m"], therapy);
            else if (sentence.Sentence.Norm(0) is "these" or "they" or "this") yield return Make(TherapyFactKind.Mechanism, sentence, sentence.Sentence.Words, therapy);
        }

        var names = Enumerable.Range(0, sentence.Tokens.Count).Any(i => reading.Lexicon.Categories.Index.TryMatch(sentence.Tokens, i, out _, out var term) && term == therapy);
        if (!names || sentence.Groups.Count > 0) yield break;
        if (phrases.First("therapyUsage", sentence.Text) is { } usage) yield return Of(TherapyFactKind.Usage, sentence, usage.Groups["all"], therapy);
        if (phrases.First("therapyPlanning", sentence.Text) is { } planning) yield return Of(TherapyFactKind.Planning, sentence, planning.Groups["all"], therapy);
        if (phrases.First("therapyCoverage", sentence.Text) is { } coverage) yield return Of(TherapyFactKind.Coverage, sentence, coverage.Groups["all"], therapy);
    }

    private static TherapyFact Of(TherapyFactKind kind, SentenceReading sentence, Group group, Term therapy) =>
        Make(kind, sentence, sentence.SpanOf(group), therapy);

    private static TherapyFact Make(TherapyFactKind kind, SentenceReading sentence, Span span, Term therapy) =>
        new(kind, therapy.Display, sentence.Words(span), null, span);
}
