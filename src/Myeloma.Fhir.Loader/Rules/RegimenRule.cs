using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>
/// Places that say drugs are given together: items of a list of combinations, "ABC (a, b and c)", "a, b and c (ABC)",
/// "X is given in combination with a and b", "the combination of a and b". Choices, classes and examples are none.
/// </summary>
internal sealed class RegimenRule : IFactRule
{
    private static readonly HashSet<string> Each = new(StringComparer.Ordinal) { "each", "either", "both", "separately" };

    /// <summary>Only such a word says that several drugs before the verb are meant as one: "in combination with" holds for each of them as well.</summary>
    private static readonly HashSet<string> Together = new(StringComparer.Ordinal) { "together" };

    public IEnumerable<Fact> Find(Reading reading) => reading.Regimens;

    public static List<RegimenMention> Read(Reading reading)
    {
        var found = new List<RegimenMention>();
        foreach (var sentence in reading.Body)
        {
            if (sentence.Groups.Count == 0) continue;
            foreach (var mention in sentence.Block.IsRow ? RegimenTable.Of(sentence) : Of(sentence))
            {
                if (!found.Skip(found.Count - 8).Any(other => other.Span.Start < mention.Span.End && mention.Span.Start < other.Span.End && SameMembers(other, mention) && (other.Abbreviation == mention.Abbreviation || other.Span != mention.Span))) found.Add(mention);
            }
        }

        foreach (var outline in RegimenOutline.Read(reading).ToList())
        {
            var at = found.FindIndex(other => other.Span.End > outline.Span.Start);
            if (at < 0) found.Add(outline);
            else if (!outline.Span.Contains(found[at].Span)) found.Insert(at, outline);
        }

        return found;
    }

    private static bool SameMembers(RegimenMention a, RegimenMention b) =>
        a.Members.Select(member => member.Drug).ToHashSet().SetEquals(b.Members.Select(member => member.Drug));

    private static IEnumerable<RegimenMention> Of(SentenceReading sentence)
    {
        var lists = Lists(sentence);
        for (var k = 0; k < lists.Count; k++)
        {
            var list = lists[k];
            var left = k > 0 && lists[k - 1].IsTogether ? lists[k - 1] : null;
            var named = Named(sentence, list);
            foreach (var mentioned in named) yield return mentioned;
            if (named.Count > 0) continue;
            if (Evidence(sentence, list, left, k > 0 ? lists[k - 1] : null) is { } mention) yield return mention;
        }
    }

    private static List<MemberList> Lists(SentenceReading sentence)
    {
        var lists = new List<MemberList>();
        var next = 0;
        foreach (var group in sentence.Groups)
        {
            if (group.From < next) continue;
            var start = group.From;
            for (var back = 3; back >= 1; back--)
            {
                if (start - back >= next && sentence.Reading.Lexicon.DoseQualifiers.LengthAt(sentence.Tokens, start - back) == back) start -= back;
            }

            var list = sentence.Reading.Lists.Parse(sentence, start)!;
            lists.Add(list);
            next = list.To;
        }

        return lists;
    }

    private static List<RegimenMention> Named(SentenceReading sentence, MemberList list)
    {
        if (list.Members.Count < 2 || SpeaksOfClass(sentence, list)) return [];
        var reading = sentence.Reading;
        var names = RegimenAbbreviation.Before(sentence, list).ToList();
        var before = names.Count > 0 ? names[0] : null;
        var after = before is null ? RegimenAbbreviation.After(sentence, list) : null;
        if (after is not null)
        {
            names.Add(after.Value.Name);
            if (RegimenAbbreviation.Further(sentence, after.Value.Name) is { } further) names.Add(further.Name);
        }

        if (names.Count == 0) return [];
        var name = names[0];
        if (!list.IsTogether)
        {
            reading.Refuse(sentence.Span, list.Trouble ?? "the drugs are given as a choice");
            return [];
        }

        var explained = Acronym.Explained(name.Written, list.Members, reading);
        var isShouted = !sentence.Text.Any(char.IsLower) && name.Written.All(c => !char.IsAsciiDigit(c) && c != '-');
        if (IsSequence(sentence, list))
        {
            reading.Refuse(sentence.Span, "the drugs are given one after another");
            return [];
        }

        if (list.Join is Join.Commas && sentence.Span.End >= reading.Text.Length)
        {
            reading.Refuse(sentence.Span, "the list is cut off");
            return [];
        }

        // Figures alone ("7+3") have no letters to compare; the brackets or dash beside them say what they stand for.
        var isFigures = before is not null && !name.Written.Any(char.IsLetter);
        var isSure = isFigures || (after?.IsNamed ?? false) || (before is not null && !isShouted && HasCue(sentence, list)) || explained >= 0.6;
        var isLoose = list.Join is Join.Commas or Join.Slash;
        if (!isSure || (isLoose && explained < 0.6) || (after is { IsNamed: false } && explained < 0.6))
        {
            reading.Refuse(sentence.Span, "it is not clear that the drugs are given together");
            return [];
        }

        if (before is null && StartsAfterPartner(sentence, list))
        {
            reading.Refuse(sentence.Span, "it is not clear which drugs the abbreviation stands for");
            return [];
        }

        var start = Math.Min(name.Span.Start, sentence.Tokens[list.From].Start);
        var end = Math.Max(name.Span.End, list.Groups[^1].Full.End);
        if (after is not null) end = Math.Max(end, EndOfBrackets(sentence, after.Value.To, end));
        else if (sentence.Sentence.Norm(list.From - 1) == "(" && sentence.Sentence.Norm(list.To) == ")") end = sentence.Tokens[list.To].End;
        end = Math.Max(end, names.Max(other => other.Span.End));
        return names.ConvertAll(other => Mention(sentence, other, list.Members, Span.Between(start, end)));
    }

    /// <summary>"X with a and b (ABC)": the abbreviation may cover X, so the list alone would be wrong.</summary>
    private static bool StartsAfterPartner(SentenceReading sentence, MemberList list) =>
        TogetherCue(sentence, list) >= 0;

    /// <summary>"…, followed by c", "…, then c", "c followed by …": a further drug is given after, or before, those of the list.</summary>
    private static bool IsSequence(SentenceReading sentence, MemberList list)
    {
        var after = sentence.Reading.Lexicon.Sequence;
        for (var i = list.To; i < Math.Min(sentence.Tokens.Count, list.To + 8); i++)
        {
            if (sentence.GroupAt(i) is not null) break;
            if (after.LengthAt(sentence.Tokens, i) > 0) return true;
        }

        for (var back = 1; back <= 4 && list.From - back >= 0; back++)
        {
            if (after.LengthAt(sentence.Tokens, list.From - back) > 0) return true;
        }

        return false;
    }

    private static int EndOfBrackets(SentenceReading sentence, int to, int end) =>
        to > 0 && to <= sentence.Tokens.Count && sentence.Tokens[to - 1].Norm == ")" ? Math.Max(end, sentence.Tokens[to - 1].End) : end;

    private static RegimenMention? Evidence(SentenceReading sentence, MemberList list, MemberList? left, MemberList? before)
    {
        var reading = sentence.Reading;
        var cue = TogetherCue(sentence, list);
        if (cue >= 0) return WithPartner(sentence, list, cue, left, before);
        if (list.Members.Count < 2) return null;
        var isOf = EndsBefore(sentence, reading.Lexicon.CombinationOf, Anchor(sentence, list.From)) >= 0;
        // "a and b with c" may mean two pairs; only "a with b" that is said to be given or used is one combination.
        var isJoined = list.Join is Join.Plus || (list.Join is Join.With && sentence.HasAny(list.Members.Count == 2 ? reading.Lexicon.TogetherVerbs : reading.Lexicon.CombinationWords, 0, sentence.Tokens.Count));
        var isItem = IsWholeItem(sentence, list) && HasCue(sentence, list);
        var isTogether = !isOf && !isItem && IsTogetherAfter(sentence, list);
        if (!isOf && !isJoined && !isItem && !isTogether) return null;
        if (Reason(sentence, list, list.From) is { } reason)
        {
            reading.Refuse(sentence.Span, reason);
            return null;
        }

        if (!isItem && list.Join is Join.Commas or Join.Slash) return null;
        if (!isItem && IsPrior(sentence, list.From)) return null;
        return Mention(sentence, null, list.Members, Span.Between(sentence.Tokens[list.From].Start, list.Groups[^1].Full.End));
    }

    private static RegimenMention? WithPartner(SentenceReading sentence, MemberList list, int cue, MemberList? left, MemberList? before)
    {
        var reading = sentence.Reading;
        IReadOnlyList<RegimenMember>? partners = null;
        var start = 0;
        var from = cue;
        if (before is not null && before.To == cue)
        {
            if (left is { Members.Count: 1 } || (left is not null && IsOneMeaning(sentence, left))) partners = left.Members;
            from = before.From;
            start = sentence.Tokens[before.From].Start;
        }
        else if (sentence.Subject is { IsChoice: false } subject && subject.Drug is { } drug && HasVerb(sentence, subject.To, cue, list))
        {
            partners = [new RegimenMember(drug.Drug, null, null, drug.Name)];
            from = subject.To;
            start = subject.IsPronoun ? subject.Antecedent.Start : drug.Full.Start;
        }

        else if (Partners(sentence, cue, list, left) is { } several)
        {
            partners = several.Members;
            from = several.From;
            start = sentence.Tokens[several.From].Start;
        }

        if (partners is null && before?.Join == Join.Or)
        {
            reading.Refuse(sentence.Span, "the drugs are given as a choice");
            return null;
        }

        var reason = Reason(sentence, list, from) ?? (partners is null ? "it is not clear which drugs are given together" : null);
        if (reason is not null)
        {
            reading.Refuse(sentence.Span, reason);
            return null;
        }

        if (sentence.Subject is not { IsPronoun: true } && IsPrior(sentence, from)) return null;
        var members = partners!.Concat(list.Members.Where(member => partners!.All(partner => !partner.Drug.Equals(member.Drug)))).ToList();
        if (members.Count < 2) return null;
        var end = list.Groups[^1].Full.End;
        if (sentence.Sentence.Norm(list.To) == "to" && sentence.Sentence.Norm(list.To + 1) == "treat"
            && ConditionReader.Read(sentence, list.To + 2) is { Count: > 0 } conditions) end = sentence.Tokens[conditions[^1].To - 1].End;
        return Mention(sentence, null, members, Span.Between(start, end));
    }

    /// <summary>"a and b are given together with c": the drugs before the verb when the words say that all of them are given together.</summary>
    private static MemberList? Partners(SentenceReading sentence, int cue, MemberList list, MemberList? left)
    {
        if (left is not { Members.Count: > 1 } || sentence.Subject is not { IsPronoun: false, IsChoice: false } subject || subject.To != left.To) return null;
        if (!IsOneMeaning(sentence, left) || !HasVerb(sentence, left.To, cue, list)) return null;
        return sentence.HasAny(Together, left.To, list.From) && !sentence.HasAny(Each, left.To, list.From) ? left : null;
    }

    /// <summary>"a and b with c" is one combination unless a and b are examples, a choice, or drugs of one class, of which each may be meant.</summary>
    private static bool IsOneMeaning(SentenceReading sentence, MemberList left)
    {
        if (left.Join is Join.With || IsExample(sentence, left)) return false;
        var classes = left.Members.SelectMany(member => sentence.Reading.ClassesOf(member.Drug))
            .GroupBy(fact => fact.Class).Any(own => own.Select(fact => fact.Drug).Distinct().Count() > 1);
        return !classes;
    }

    private static bool IsExample(SentenceReading sentence, MemberList list)
    {
        var cues = sentence.Reading.Lexicon.ExampleCues;
        return Enumerable.Range(Math.Max(0, list.From - 3), Math.Min(3, list.From)).Any(i => cues.LengthAt(sentence.Tokens, i) > 0);
    }

    /// <summary>Why words that look like a combination are not taken; null when nothing speaks against it.</summary>
    private static string? Reason(SentenceReading sentence, MemberList list, int from)
    {
        if (sentence.IsNegated(from, list.From) || sentence.IsNegated(0, Math.Min(4, list.From))) return "the sentence says that something is not so";
        if (list.Trouble is { } trouble) return trouble;
        if (list.Join == Join.Or) return "the drugs are given as a choice";
        if (IsSequence(sentence, list)) return "the drugs are given one after another";
        var text = sentence.Text;
        foreach (var word in sentence.Reading.Lexicon.Words.Uncertain)
        {
            var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && (at == 0 || !char.IsLetter(text[at - 1])) && (at + word.Length == text.Length || !char.IsLetter(text[at + word.Length])))
                return $"the sentence speaks of it with \"{word}\"";
        }

        return null;
    }

    private static bool IsPrior(SentenceReading sentence, int from)
    {
        var prior = sentence.Reading.Lexicon.PriorCues;
        for (var i = Math.Max(0, from - 5); i < from; i++)
        {
            if (prior.LengthAt(sentence.Tokens, i) > 0) return true;
        }

        return false;
    }

    /// <summary>The token where "in combination with" and the like starts right before the list; -1 when it does not.</summary>
    private static int TogetherCue(SentenceReading sentence, MemberList list)
    {
        var anchor = Anchor(sentence, list.From);
        var cue = EndsBefore(sentence, sentence.Reading.Lexicon.Together, anchor);
        if (cue >= 0) return cue;

        // "with a and b or with c and d": the second "with" leans on the first.
        if (sentence.Sentence.Norm(anchor - 1) != "with" || sentence.Sentence.Norm(anchor - 2) is not ("or" or "and")) return -1;
        for (var i = 0; i < anchor - 2; i++)
        {
            if (sentence.Reading.Lexicon.Together.LengthAt(sentence.Tokens, i) > 0) return i;
        }

        return -1;
    }

    private static int Anchor(SentenceReading sentence, int from)
    {
        while (from > 1 && sentence.Tokens[from - 1].Norm is "the" or "drugs" or "drug" or "both" or "a" or "medicines" or "oral" or "intravenous") from--;
        return from;
    }

    private static int EndsBefore(SentenceReading sentence, Lexicon.PhraseIndex<string> phrases, int end)
    {
        for (var back = 5; back >= 1; back--)
        {
            if (end - back >= 0 && phrases.LengthAt(sentence.Tokens, end - back) == back) return end - back;
        }

        return -1;
    }

    /// <summary>Between subject and cue stand a verb and no other drug: "is usually given", "can be used alone or".</summary>
    private static bool HasVerb(SentenceReading sentence, int from, int cue, MemberList list)
    {
        foreach (var group in sentence.Groups)
        {
            if (group.From >= from && group.From < cue) return false;
        }

        var lexicon = sentence.Reading.Lexicon;
        return sentence.HasAny(lexicon.Modals, from, cue)
            && (sentence.HasAny(lexicon.TogetherVerbs, from, list.From) || cue == from);
    }

    private static bool IsTogetherAfter(SentenceReading sentence, MemberList list)
    {
        if (list.Join is not Join.And) return false;
        var lexicon = sentence.Reading.Lexicon;
        for (var i = list.To; i < Math.Min(sentence.Tokens.Count, list.To + 7); i++)
        {
            if (lexicon.TogetherAfter.TryMatch(sentence.Tokens, i, out var length, out _))
                return sentence.Sentence.Norm(i + length) != "with" && !sentence.IsNegated(list.To, i) && sentence.HasAny(lexicon.Modals, list.To, i);
            if (sentence.GroupAt(i) is not null) return false;
        }

        return false;
    }

    private static bool IsWholeItem(SentenceReading sentence, MemberList list)
    {
        if (sentence.Block.Kind != BlockKind.ListItem || list.From != 0 || sentence.Previous is not null) return false;
        var next = sentence.Sentence.Norm(list.To);
        if (list.To >= sentence.Tokens.Count || next is "." or ";" or ",") return true;
        return next is "(" or "–" or "if" or "for" or "with" || sentence.Tokens[list.To].Norm is "to" or "every" or "given";
    }

    /// <summary>True when the list's opening sentence, its parent item or heading, or the sentence itself speaks of combinations.</summary>
    private static bool HasCue(SentenceReading sentence, MemberList list)
    {
        var words = sentence.Reading.Lexicon.CombinationWords;
        if (sentence.HasAny(words, 0, list.From)) return true;
        if (sentence.Block.Kind != BlockKind.ListItem) return sentence.HasAny(words, list.To, Math.Min(list.To + 4, sentence.Tokens.Count));
        for (var item = sentence.Block; item is not null; item = item.Parent)
        {
            if (sentence.Reading.IntroOf(item) is { } intro && intro.HasAny(words, 0, intro.Tokens.Count)) return !intro.IsNegated(0, intro.Tokens.Count);
        }

        return sentence.Block.Heading is { } heading && sentence.Reading.ByBlock[heading] is [var own, ..] && own.HasAny(words, 0, own.Tokens.Count);
    }

    /// <summary>The words before the list name a class or a kind of drugs, not a combination.</summary>
    private static bool SpeaksOfClass(SentenceReading sentence, MemberList list)
    {
        var lexicon = sentence.Reading.Lexicon;
        for (var i = Math.Max(0, list.From - 8); i < list.From; i++)
        {
            if (lexicon.Classes.Index.LengthAt(sentence.Tokens, i) > 0 && !sentence.HasAny(lexicon.CombinationWords, 0, list.From)) return true;
        }

        return false;
    }

    public static RegimenMention Mention(SentenceReading sentence, OtherName? name, IReadOnlyList<RegimenMember> members, Span span)
    {
        var isItem = sentence.Block.Kind == BlockKind.ListItem;
        var intro = isItem ? sentence.Reading.IntroOf(sentence.Block) : null;
        var drugs = intro?.Groups.Select(group => group.Drug).Distinct().ToList();
        var section = isItem ? (drugs is { Count: 1 } ? drugs[0] : null) : sentence.Subject?.Drug?.Drug;
        var brands = new List<string>();
        for (var at = sentence; at is not null; at = at.Previous)
        {
            brands.InsertRange(0, at.Groups.SelectMany(group => group.Brands).Where(brand => span.Contains(brand.Span)).Select(brand => brand.Written));
        }

        return new RegimenMention(
            name?.Written, name?.Span, members, isItem ? RegimenForm.List : RegimenForm.Prose, section,
            intro is null ? null : ListQualifierRule.Qualifier(intro)?.Qualifier, brands, span);
    }
}
