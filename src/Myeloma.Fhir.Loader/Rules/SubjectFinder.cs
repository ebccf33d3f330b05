using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What a sentence is about: the drugs or the class it opens with, or those of the sentence before for a pronoun.</summary>
internal static class SubjectFinder
{
    private static readonly HashSet<string> These = new(StringComparer.Ordinal) { "this", "the" };

    public static Subject? Find(SentenceReading sentence)
    {
        if (sentence.IsReference || sentence.Tokens.Count == 0) return null;
        return At(sentence, 0) ?? WhatYouTake(sentence) ?? AfterOpening(sentence);
    }

    /// <summary>"However, drugA is …": a few words and a comma may come before the subject.</summary>
    private static Subject? AfterOpening(SentenceReading sentence)
    {
        for (var i = 1; i < Math.Min(7, sentence.Tokens.Count - 1); i++)
        {
            if (sentence.GroupAt(i) is not null) return null;
            if (sentence.Tokens[i].Norm == ",") return sentence.IsNegated(0, i) ? null : At(sentence, i + 1);
        }

        return null;
    }

    /// <summary>"You take drugA …", "You usually have drugA …": the sentence is about the drug.</summary>
    private static Subject? WhatYouTake(SentenceReading sentence)
    {
        if (!OpensWithYou(sentence)) return null;
        for (var i = 1; i < Math.Min(4, sentence.Tokens.Count - 1); i++)
        {
            if (!sentence.Reading.Lexicon.Routes.YouVerbs.Contains(sentence.Tokens[i].Norm)) continue;
            return sentence.IsNegated(0, i + 1) ? null : Drugs(sentence, i + 1) ?? Pronoun(sentence, i + 1);
        }

        return null;
    }

    public static bool OpensWithYou(SentenceReading sentence) => sentence.Sentence.Norm(0) == "you";

    /// <summary>True for a sentence that opens with "it", "they", "this drug" or "you take it".</summary>
    public static bool OpensWithPronoun(SentenceReading sentence)
    {
        var at = 0;
        if (OpensWithYou(sentence))
        {
            while (at < Math.Min(4, sentence.Tokens.Count) && !sentence.Reading.Lexicon.Routes.YouVerbs.Contains(sentence.Tokens[at].Norm)) at++;
            at++;
        }

        return sentence.Sentence.Norm(at) is "it" or "they" or "them" || (sentence.Sentence.Norm(at) is "this" or "these" && sentence.Reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(at + 1)));
    }

    private static Subject? At(SentenceReading sentence, int start) =>
        Drugs(sentence, start) ?? Class(sentence, start) ?? Pronoun(sentence, start);

    private static Subject? Drugs(SentenceReading sentence, int start)
    {
        var at = start;
        if (sentence.Sentence.Norm(at) == "the" || sentence.Sentence.Norm(at) == "both")
        {
            at++;
            var classLength = sentence.Reading.Lexicon.Classes.Index.LengthAt(sentence.Tokens, at);
            at += classLength > 0 ? classLength : sentence.Reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(at)) ? 1 : 0;
        }

        if (sentence.GroupAt(at) is not { } first) return null;
        var groups = new List<DrugGroup> { first };
        var to = first.To;
        var choice = false;
        while (true)
        {
            var next = to;
            while (sentence.Sentence.Norm(next) is "," or "and" or "or" or "&" or "+" or "/")
            {
                choice |= sentence.Tokens[next].Norm == "or";
                next++;
            }

            if (next == to || sentence.GroupAt(next) is not { } group) break;
            groups.Add(group);
            to = group.To;
        }

        return new Subject(groups, null, false, choice && groups.Count > 1, start, to, Span.Between(first.Full.Start, groups[^1].Full.End));
    }

    private static Subject? Class(SentenceReading sentence, int start)
    {
        if (!sentence.Reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, start, out var length, out var key)) return null;
        var to = start + length;
        if (sentence.Sentence.Norm(to) == "(" && sentence.Sentence.Norm(to + 2) == ")") to += 3;
        if (sentence.Reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(to))) to++;
        return new Subject([], key, false, false, start, to, sentence.Sentence.SpanOf(start, to));
    }

    private static Subject? Pronoun(SentenceReading sentence, int start)
    {
        var norm = sentence.Sentence.Norm(start);
        var next = sentence.Sentence.Norm(start + 1);
        var nouns = sentence.Reading.Lexicon.DrugNouns;
        var one = norm == "it" ? 1 : These.Contains(norm) && nouns.Contains(next) && next[^1] != 's' ? 2 : 0;
        var many = norm is "they" or "them" ? 1 : norm is "these" or "the" && nouns.Contains(next) && next[^1] == 's' ? 2 : 0;
        if (one + many == 0) return null;

        var before = sentence.Previous?.Subject;
        if (before is null && sentence.Previous is null) before = OfHeading(sentence);
        if (before is null) return null;
        if (one > 0) return before.Drug is null ? null : before with { IsPronoun = true, From = start, To = start + one };
        return before.Drugs.Count > 1 || before.Class is not null ? before with { IsPronoun = true, From = start, To = start + many } : null;
    }

    /// <summary>A heading that is one drug, or a class, is what the first sentence under it calls "it" or "these drugs".</summary>
    private static Subject? OfHeading(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        if (sentence.Block.Index == 0 || reading.Blocks[sentence.Block.Index - 1] is not { Kind: BlockKind.Heading } above) return null;
        if (reading.ByBlock[above] is not [var heading, ..]) return null;
        var subject = Drugs(heading, 0) ?? Class(heading, 0);
        return subject is not null && subject.To == heading.Tokens.Count ? subject : null;
    }
}
