using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What is said of a class: what it is a type of, how it works, its target, and what comes of it.</summary>
internal sealed class ClassStatementRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentences in reading.ByBlock.Values)
        {
            ClassKey? current = null;
            var targets = new HashSet<string>(StringComparer.Ordinal);
            foreach (var sentence in sentences)
            {
                if (sentence.IsReference || sentence.Block.Kind != BlockKind.Paragraph) continue;
                var facts = Of(sentence, targets).ToList();
                foreach (var fact in facts) yield return fact;
                if (sentence.Subject?.Class is { } key) current = key;
                if (facts.Count > 0 || current is null || sentence.Subject is not null) continue;
                if (About(sentence, current, targets) is { } about) yield return about;
            }
        }
    }

    private static IEnumerable<Fact> Of(SentenceReading sentence, HashSet<string> targets)
    {
        if (sentence.Subject is not { Class: { } key } subject) yield break;
        var after = sentence.Tokens[subject.To - 1].End;
        var rest = sentence.Reading.Text[after..sentence.Span.End];
        var phrases = sentence.Reading.Lexicon.Phrases;

        if (phrases.First("classBroaderThat", rest) is { } broader)
        {
            var end = Span(sentence, after, broader.Groups["b"]).End;
            var start = subject.IsPronoun ? Span(sentence, after, broader.Groups["b"]).Start : sentence.Span.Start;
            yield return new ClassBroaderFact(key, Value(sentence, after, broader.Groups["b"]), Facts.Span.Between(start, end));
            if (!broader.Groups["m"].Success) yield break;
            var how = Span(sentence, after, broader.Groups["m"]);
            yield return new ClassMechanismFact(key, sentence.Words(how), Target(sentence, how, targets), how);
            yield break;
        }

        if (phrases.First("classDrugsThat", rest) is { } drugs)
        {
            var how = Span(sentence, after, drugs.Groups["m"]);
            var target = Span(sentence, after, drugs.Groups["t"]);
            yield return new ClassMechanismFact(key, sentence.Words(how), Target(sentence, Facts.Span.Between(Span(sentence, after, drugs.Groups["verb"]).Start, target.End), targets), how);
            var at = sentence.Sentence.TokenAt(target.Start);
            for (; at + 2 < sentence.Tokens.Count; at++)
            {
                if (sentence.Tokens[at].Norm != "(" || sentence.Tokens[at + 2].Norm != ")") continue;
                var word = sentence.Tokens[at + 1];
                yield return new ClassTargetFact(key, sentence.Words(new Span(word.Start, word.Length)), new Span(word.Start, word.Length));
                break;
            }

            yield break;
        }

        if (phrases.First("classWorksBy", rest) is { } works)
        {
            var how = Span(sentence, after, works.Groups["m"]);
            yield return new ClassMechanismFact(key, sentence.Words(how), null, how);
            yield break;
        }

        if (phrases.First("classDesigned", rest) is { } designed)
        {
            var how = Span(sentence, after, designed.Groups["m"]);
            yield return new ClassMechanismFact(key, sentence.Words(how), null, how);
            yield break;
        }

        if (phrases.First("classDoes", rest) is not { } does) yield break;
        var what = Span(sentence, after, does.Groups["m"]);
        var whole = subject.IsPronoun ? what : Facts.Span.Between(sentence.Span.Start, what.End);
        yield return new ClassMechanismFact(key, sentence.Words(whole), Target(sentence, what, targets), whole);
        if (does.Groups["b"].Success)
            yield return new ClassBroaderFact(key, Value(sentence, after, does.Groups["b"]), Span(sentence, after, does.Groups["b"]));
    }

    private static Fact? About(SentenceReading sentence, ClassKey key, HashSet<string> targets)
    {
        if (sentence.Groups.Count > 0 || !sentence.Tokens.Exists(token => targets.Contains(Stem(token.Norm)))) return null;
        var words = sentence.Sentence.Words;
        if (!sentence.Tokens[0].Norm.EndsWith("ing", StringComparison.Ordinal)) return new ClassTargetFact(key, sentence.Words(words), words);
        if (sentence.Reading.Lexicon.Phrases.First("classEffect", sentence.Text) is not { } match) return null;
        var effect = sentence.SpanOf(match.Groups["e"]);
        return new ClassEffectFact(key, sentence.Words(effect), effect);
    }

    /// <summary>The object of "block", "inhibit" or "target"; its words are remembered for the sentences that follow.</summary>
    private static string? Target(SentenceReading sentence, Span how, HashSet<string> targets)
    {
        var from = sentence.Sentence.TokenAt(how.Start);
        if (sentence.Sentence.Norm(from) is not ("block" or "blocks" or "inhibit" or "inhibits" or "target" or "targets")) return null;
        var to = from + 1;
        while (to < sentence.Tokens.Count && sentence.Tokens[to].Start < how.End && sentence.Tokens[to].Norm is not ("," or "and" or "or" or "to" or "that" or "which" or "." or "so" or "(")) to++;
        if (to == from + 1) return null;
        for (var i = from + 1; i < to; i++) Remember(sentence.Tokens[i], targets);
        if (sentence.Sentence.Norm(to) == "(" && sentence.Sentence.Norm(to + 2) == ")") Remember(sentence.Tokens[to + 1], targets);
        var words = sentence.Words(sentence.Sentence.SpanOf(from + 1, to));
        return to == from + 2 && words.Length > 4 && words[^1] == 's' ? words[..^1] : words;

        static void Remember(Token token, HashSet<string> targets)
        {
            if (token.Norm.Length > 3 && token.Kind == TokenKind.Word && token.Norm is not ("certain" or "protein" or "proteins" or "cells" or "cancer" or "specific" or "called" or "other")) targets.Add(Stem(token.Norm));
        }
    }

    private static string Stem(string norm) => norm.Length > 4 && norm[^1] == 's' ? norm[..^1] : norm;

    private static Span Span(SentenceReading sentence, int after, Group group) =>
        sentence.Sentence.TrimMarks(after + group.Index, after + group.Index + group.Length);

    private static string Value(SentenceReading sentence, int after, Group group) => sentence.Words(Span(sentence, after, group));
}
