using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>
/// The class of a drug: "X is a CLASS and a CLASS", "X, a CLASS, is …", "the CLASS X", "CLASSes include X and Y", and lists under such words.
/// </summary>
internal sealed class DrugClassRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        var seen = new HashSet<(DrugKey, ClassKey)>();
        foreach (var sentence in reading.Body)
        {
            foreach (var fact in Of(sentence))
            {
                if (seen.Add((fact.Drug, fact.Class))) yield return fact;
            }
        }
    }

    private static IEnumerable<DrugClassFact> Of(SentenceReading sentence)
    {
        foreach (var fact in OfSubject(sentence).Concat(Before(sentence)).Concat(Members(sentence)).Concat(ListMembers(sentence))) yield return fact;
    }

    private static IEnumerable<DrugClassFact> OfSubject(SentenceReading sentence)
    {
        if (sentence.Subject is not { Drugs.Count: > 0, IsChoice: false } subject) yield break;
        if (subject.IsPronoun && sentence.Previous is { } before && before.Groups.Any(group => !subject.Drugs.Contains(group) && !group.Drug.Equals(subject.Drugs[0].Drug))) yield break;

        if (Belongs(sentence, subject) is { } family)
        {
            foreach (var drug in subject.Drugs) yield return new DrugClassFact(drug.Drug, family.Key, ClassBasis.Sentence, family.Span);
            yield break;
        }

        var at = subject.To;
        var appositive = sentence.Sentence.Norm(at) == ",";
        if (appositive || sentence.Sentence.Norm(at) is "is" or "are") at++;
        else yield break;
        var belongs = sentence.Sentence.Norm(at) is "also" or "both";
        if (belongs) at++;
        while (sentence.Sentence.Norm(at) is "a" or "an" or "another" or "one" or "of" or "the" or "type" or "types" or "kind" || at < sentence.Tokens.Count)
        {
            at = SkipDeterminers(sentence, at);
            if (ClassAt(sentence, at, out var length, out var key))
            {
                foreach (var drug in subject.Drugs)
                    yield return new DrugClassFact(drug.Drug, key, ClassBasis.Sentence, sentence.Sentence.SpanOf(at, at + length));
                at += length;
            }
            else
            {
                yield break;
            }

            if (sentence.Sentence.Norm(at) is "and" or "," && sentence.Sentence.Norm(at + 1) is "a" or "an" && !appositive) at++;
            else yield break;
        }
    }

    /// <summary>"X belongs to a group of drugs called CLASSes".</summary>
    private static (ClassKey Key, Span Span)? Belongs(SentenceReading sentence, Subject subject)
    {
        if (sentence.Sentence.Norm(subject.To) is not ("belongs" or "belong") || sentence.Sentence.Norm(subject.To + 1) != "to") return null;
        for (var i = subject.To + 2; i < Math.Min(sentence.Tokens.Count, subject.To + 13); i++)
        {
            if (sentence.GroupAt(i) is not null || sentence.Tokens[i].Norm is "," or "not") return null;
            if (sentence.Reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, i, out var length, out var key)) return (key, sentence.Sentence.SpanOf(i, i + length));
        }

        return null;
    }

    private static int SkipDeterminers(SentenceReading sentence, int at)
    {
        while (sentence.Sentence.Norm(at) is "a" or "an" or "another" or "one" or "of" or "the" or "type" or "types" or "kind" or "kinds" or "form" or "new" or "newer" or "oral") at++;
        return at;
    }

    /// <summary>A class of the lexicon, or words that end in a head word of classes ("… inhibitor").</summary>
    private static bool ClassAt(SentenceReading sentence, int at, out int length, out ClassKey key)
    {
        var classes = sentence.Reading.Lexicon.Classes;
        if (classes.Index.TryMatch(sentence.Tokens, at, out length, out var known))
        {
            key = known;
            return true;
        }

        key = new ClassKey("", "");
        for (var i = at; i < Math.Min(at + 6, sentence.Tokens.Count); i++)
        {
            var norm = sentence.Tokens[i].Norm;
            if (sentence.Tokens[i].Kind == TokenKind.Mark && norm != "/") return false;
            if (classes.NotAClass.Contains(norm) || sentence.Reading.Lexicon.StopWords.Contains(norm) || sentence.GroupAt(i) is not null) return false;
            if (classes.Index.TryMatch(sentence.Tokens, i, out var inner, out _) && i > at)
            {
                length = i + inner - at;
                return Make(sentence, at, length, out key);
            }

            if (!classes.Heads.Contains(norm) || i == at) continue;
            length = i + 1 - at;
            return Make(sentence, at, length, out key);
        }

        return false;
    }

    private static bool Make(SentenceReading sentence, int at, int length, out ClassKey key)
    {
        var name = sentence.Words(sentence.Sentence.SpanOf(at, at + length));
        name = name.Any(char.IsLower) ? name : name.ToLowerInvariant();
        if (name[^1] == 's' && name[^2] != 's') name = name.EndsWith("ies", StringComparison.Ordinal) ? name[..^3] + "y" : name[..^1];
        key = new ClassKey(Slug.Of(name), char.IsUpper(name[0]) && name.Length > 1 && char.IsLower(name[1]) ? char.ToLowerInvariant(name[0]) + name[1..] : name);
        return true;
    }

    /// <summary>"the CLASS X".</summary>
    private static IEnumerable<DrugClassFact> Before(SentenceReading sentence)
    {
        foreach (var group in sentence.Groups)
        {
            for (var back = 1; back <= 6 && group.From - back >= 1; back++)
            {
                var at = group.From - back;
                if (!sentence.Reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, at, out var length, out var key) || at + length != group.From) continue;
                if (sentence.Sentence.Norm(at - 1) is not ("the" or "a" or "an") || sentence.Tokens[at + length - 1].Norm.EndsWith('s') || sentence.IsNegated(at - 3, at)) continue;
                yield return new DrugClassFact(group.Drug, key, ClassBasis.Sentence, sentence.Sentence.SpanOf(at, at + length));
                break;
            }
        }
    }

    /// <summary>"CLASSes include X, Y and Z", "CLASSes such as X", "CLASSes (X, Y)".</summary>
    private static IEnumerable<DrugClassFact> Members(SentenceReading sentence)
    {
        if (Opening(sentence) is not { } opening) yield break;
        var at = opening.To;
        if (!IsIntroduction(sentence, ref at)) yield break;
        for (var i = at; i < sentence.Tokens.Count; i++)
        {
            if (sentence.GroupAt(i) is null) continue;
            var list = sentence.Reading.Lists.Parse(sentence, i)!;
            if (i > at + 1) yield break;
            foreach (var member in list.Members) yield return new DrugClassFact(member.Drug, opening.Key, ClassBasis.Sentence, opening.Span);
            yield break;
        }
    }

    private static IEnumerable<DrugClassFact> ListMembers(SentenceReading item)
    {
        if (item.Block.Kind != BlockKind.ListItem || item.Previous is not null || item.Groups.Count == 0 || item.Groups[0].From != 0) yield break;
        if (item.Groups[0].To < item.Tokens.Count && item.Tokens[item.Groups[0].To].Norm is not ("," or "." or "–" or ";" or "-" or ":")) yield break;
        if (item.Reading.IntroOf(item.Block) is not { } intro || Opening(intro) is not { } opening || intro.Text[^1] != ':') yield break;
        var at = opening.To;
        if (!IsIntroduction(intro, ref at) || at < intro.Tokens.Count - 1) yield break;
        yield return new DrugClassFact(item.Groups[0].Drug, opening.Key, ClassBasis.Sentence, opening.Span);
    }

    /// <summary>The class a sentence opens with, after words such as "examples of" and "the most common".</summary>
    private static (ClassKey Key, Span Span, int To)? Opening(SentenceReading sentence)
    {
        var lexicon = sentence.Reading.Lexicon;
        for (var i = 0; i < Math.Min(5, sentence.Tokens.Count); i++)
        {
            if (lexicon.Classes.Index.TryMatch(sentence.Tokens, i, out var length, out var key)
                || (i == 0 && lexicon.Classes.AbbreviationIndex.TryMatch(sentence.Tokens, i, out length, out key)))
            {
                var to = i + length;
                if (sentence.Sentence.Norm(to) == "(" && sentence.Sentence.Norm(to + 2) == ")" && sentence.GroupAt(to + 1) is null) to += 3;
                return (key, sentence.Sentence.SpanOf(i, i + length), to);
            }

            if (sentence.Tokens[i].Norm is "this" or "these" && NamedBefore(sentence) is { } before && (lexicon.DrugNouns.Contains(sentence.Sentence.Norm(i + 1)) || sentence.Sentence.Norm(i + 1) is "class" or "group"))
                return (before, sentence.Sentence.SpanOf(i, i + 2), i + 2);
            if (!lexicon.Words.Determiners.Contains(sentence.Tokens[i].Norm) && !lexicon.DrugNouns.Contains(sentence.Tokens[i].Norm) && sentence.Tokens[i].Norm != "in") return null;
        }

        return null;
    }

    /// <summary>What "this class" and "these drugs" stand for: the class that the sentence before, or for a first sentence the heading, is about.</summary>
    private static ClassKey? NamedBefore(SentenceReading sentence)
    {
        if (sentence.Previous is { } before) return before.Subject is { Drugs.Count: 0 } subject ? subject.Class : null;
        return sentence.Block.Section.HeadingSpan.Length > 0 ? HeadingClassRule.ClassOf(sentence.Reading, sentence.Block.Section) : null;
    }

    /// <summary>True when "(used to treat …) include", "are", ":" or "such as" follows; then <paramref name="at"/> is behind it.</summary>
    private static bool IsIntroduction(SentenceReading sentence, ref int at)
    {
        if (sentence.Sentence.Norm(at) is "(" or ":" or "–")
        {
            at++;
            at += sentence.Reading.Lexicon.ExampleCues.LengthAt(sentence.Tokens, at);
            return true;
        }

        if (sentence.Sentence.Norm(at) == ",") at++;
        var from = at;
        for (; at < Math.Min(sentence.Tokens.Count, from + 12); at++)
        {
            var norm = sentence.Tokens[at].Norm;
            if (sentence.GroupAt(at) is not null || norm is "combination" or "combinations" or "not") return false;
            if (norm is "include" or "includes" or "including" or "are" || (norm == "such" && sentence.Sentence.Norm(at + 1) == "as"))
            {
                at += norm == "such" ? 2 : 1;
                if (sentence.Sentence.Norm(at) == ":") at++;
                return norm != "are" || at >= sentence.Tokens.Count || sentence.GroupAt(at) is not null;
            }

            if (at == from && norm is not ("used" or "that" or "for" or "given" or "available" or "approved")) return false;
        }

        return false;
    }
}
