using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Treatment that must have come before: "if you have received at least 2 other treatments, including a CLASS", "if treatment with a and b has not worked".</summary>
internal sealed class PriorTherapyRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            if (reading.Lexicon.Phrases.First("priorNot", sentence.Text) is not null)
            {
                if (sentence.Groups.Count > 0) reading.Refuse(sentence.Span, "the sentence says that something is not so");
                continue;
            }

            foreach (var fact in Counted(sentence)) yield return fact;
            foreach (var fact in Failed(sentence)) yield return fact;
        }
    }

    private static IEnumerable<Fact> Counted(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        if (reading.Lexicon.Phrases.First("priorCount", sentence.Text) is not { } match) yield break;
        if (reading.Lexicon.Number(match.Groups["n"].Value) is not { } count) yield break;
        var span = sentence.SpanOf(match.Groups["all"]);
        if (Subject(sentence, span.Start) is not { } subject)
        {
            reading.Refuse(sentence.Span, "it is not clear what the earlier treatment is required for");
            yield break;
        }

        var needs = new List<PriorTherapyNeed>();
        var at = sentence.Sentence.TokenAt(span.End);
        var next = at;
        if (sentence.Sentence.Norm(next) is ",") next++;
        if (sentence.Sentence.Norm(next) is "including" or "such" or "which" or "with" && sentence.Sentence.Norm(next) == "including")
        {
            if (ReadNeeds(sentence, next + 1, needs) is not { } to)
            {
                reading.Refuse(sentence.Span, "the earlier treatments that are required were not understood");
                yield break;
            }

            span = Span.Between(span.Start, sentence.Tokens[to - 1].End);
        }

        yield return new PriorTherapyFact(subject.Drugs, subject.Span, count, needs, null, span);
    }

    private static IEnumerable<Fact> Failed(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        if (reading.Lexicon.Phrases.First("priorOther", sentence.Text) is { } other)
        {
            var span = sentence.SpanOf(other.Groups["all"]);
            if (Subject(sentence, span.Start) is { } about) yield return new PriorTherapyFact(about.Drugs, about.Span, null, [], sentence.Words(sentence.SpanOf(other.Groups["outcome"])), span);
            else if (sentence.Groups.Count > 0) reading.Refuse(sentence.Span, "it is not clear what the earlier treatment is required for");
            yield break;
        }

        foreach (var match in reading.Lexicon.Phrases.Matches("priorFailed", sentence.Text))
        {
            var named = sentence.SpanOf(match.Groups["list"]);
            var at = sentence.Sentence.TokenAt(named.Start);
            if (reading.Lists.Parse(sentence, at) is { Join: Join.Or, Trouble: null }) reading.Refuse(sentence.Span, "the earlier treatments are given as a choice");
            if (reading.Lists.Parse(sentence, at) is not { IsTogether: true } list || sentence.Tokens[list.To - 1].End < named.End) continue;
            var words = Span.Between(sentence.Tokens[at].Start, list.Groups[^1].Full.End);
            if (list.Members.Count > 1) yield return new RegimenPriorMention([.. list.Members.Select(member => member.Drug)], words);
            var span = sentence.SpanOf(match.Groups["all"]);
            if (Subject(sentence, span.Start) is not { } subject)
            {
                reading.Refuse(sentence.Span, "it is not clear what the earlier treatment is required for");
                yield break;
            }

            var needs = list.Members.Select(member => new PriorTherapyNeed(member.Drug, null, false, member.Span)).ToList();
            var outcome = match.Groups["outcome"].Success ? sentence.Words(sentence.SpanOf(match.Groups["outcome"])) : null;
            yield return new PriorTherapyFact(subject.Drugs, subject.Span, null, needs, outcome, span);
            yield break;
        }
    }

    /// <summary>The combination of the same sentence that ends before the requirement, else the one drug the sentence is about.</summary>
    private static (IReadOnlyList<DrugKey> Drugs, Span? Span)? Subject(SentenceReading sentence, int position)
    {
        var regimen = sentence.Reading.RegimensEndingIn(sentence.Span).LastOrDefault(mention => mention.Span.End <= position);
        if (regimen is not null) return ([.. regimen.Members.Select(member => member.Drug)], regimen.Span);
        if (sentence.Subject?.Drug is not { } drug) return null;
        var strays = sentence.Groups.Any(group => group.From >= sentence.Subject.To && group.Full.End <= position);
        return strays ? null : ([drug.Drug], null);
    }

    /// <summary>"drugA and a CLASS, and another CLASS"; null when something else, or a choice, stands there.</summary>
    private static int? ReadNeeds(SentenceReading sentence, int at, List<PriorTherapyNeed> needs)
    {
        var to = at;
        while (true)
        {
            var another = false;
            while (sentence.Sentence.Norm(at) is "a" or "an" or "another" or "the" or "both" or "one" or "at" or "least")
            {
                another |= sentence.Tokens[at].Norm == "another";
                at++;
            }

            if (sentence.GroupAt(at) is { Unclear: false } group)
            {
                needs.Add(new PriorTherapyNeed(group.Drug, null, false, group.Name));
                at = group.To;
            }
            else if (sentence.Reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, at, out var length, out var key))
            {
                needs.Add(new PriorTherapyNeed(null, key, another, sentence.Sentence.SpanOf(at, at + length)));
                at += length;
            }
            else
            {
                return null;
            }

            to = at;
            while (sentence.Sentence.Norm(at) is "," or "and") at++;
            if (sentence.Sentence.Norm(at) == "or") return null;
            if (at == to || at >= sentence.Tokens.Count || sentence.Tokens[at].Norm is "." or ")" || sentence.Reading.Lexicon.StopWords.Contains(sentence.Tokens[at].Norm)) return to;
        }
    }
}
