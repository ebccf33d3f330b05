using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Finds the abbreviation that stands before or behind a list of drugs.</summary>
internal static class RegimenAbbreviation
{
    /// <summary>"ABC – list", "ABC (list)", "ABC: list", "ABC is a combination of list".</summary>
    public static IReadOnlyList<OtherName> Before(SentenceReading sentence, MemberList list)
    {
        var reading = sentence.Reading;
        var at = SkipBack(sentence, list.From);
        var isMark = sentence.Sentence.Norm(at - 1) is "–" or ":" or "=" or "(" or "[" or "-";
        if (sentence.Sentence.Norm(at - 1) == "-" && sentence.Tokens[at - 1].End == sentence.Tokens[at].Start && at >= 2 && sentence.Tokens[at - 2].End == sentence.Tokens[at - 1].Start) return [];
        var end = isMark ? at - 1 : VerbBefore(sentence, at);
        if (end <= 0) return [];
        if (sentence.Sentence.Norm(end - 1) == ",") end--;
        if (SecondName(sentence, end) is { } second)
        {
            end = second.To;
            while (end > 1 && reading.Lexicon.Words.RegimenNouns.Contains(sentence.Tokens[end - 1].Norm)) end--;
            return Chunk(sentence, end) is { } first ? [first, second.Name] : [second.Name];
        }

        if (end > 1 && sentence.Sentence.Norm(end - 1) is ":" or ")" && !isMark) end--;
        while (end > 1 && reading.Lexicon.Words.RegimenNouns.Contains(sentence.Tokens[end - 1].Norm)) end--;
        return Chunk(sentence, end) is { } name ? [name] : [];
    }

    /// <summary>"ABC (also called DEF)", "ABC, also known as DEF,": the second name that ends at a token, and the token after the first one.</summary>
    private static (OtherName Name, int To)? SecondName(SentenceReading sentence, int end)
    {
        var inBrackets = sentence.Sentence.Norm(end - 1) == ")";
        var last = inBrackets ? end - 1 : end;
        (OtherName Name, int To)? found = null;
        for (var at = last - 2; at >= 1 && at >= last - 7; at--)
        {
            if (!sentence.Reading.Lexicon.AbbreviationAfter.TryMatch(sentence.Tokens, at, out var length, out _)) continue;
            if (Word(sentence, at + length) is not { } word || word.To != last) continue;
            var opens = sentence.Sentence.Norm(at - 1) is "(" or ",";
            if (inBrackets && sentence.Sentence.Norm(at - 1) != "(") continue;
            found = (word.Name, opens ? at - 1 : at);
        }

        return found;
    }

    /// <summary>A further name behind the one that closes a list: "(ABC or DEF)", "known as ABC or DEF".</summary>
    public static (OtherName Name, int To)? Further(SentenceReading sentence, OtherName name)
    {
        var at = sentence.Sentence.TokenAt(name.Span.End);
        if (sentence.Sentence.Norm(at) == ",") at++;
        if (!sentence.Reading.Lexicon.AbbreviationAfter.TryMatch(sentence.Tokens, at, out var length, out _)) return null;
        return Word(sentence, at + length) is { } word && sentence.GroupAt(word.To) is null && sentence.Sentence.Norm(word.To) is not ("(" or ":" or "–" or "=") ? word : null;
    }

    /// <summary>"list (ABC)", "list, known as ABC", "list – ABC".</summary>
    public static (OtherName Name, int To, bool IsNamed)? After(SentenceReading sentence, MemberList list)
    {
        var reading = sentence.Reading;
        if (list.Groups[^1].Acronym is { } acronym && Acronym.IsRegimen(acronym.Written, reading)) return (acronym, list.Groups[^1].AcronymTo, false);
        var at = list.To;
        if (sentence.Sentence.Norm(at) == "(")
        {
            var inner = at + 1;
            if (reading.Lexicon.AbbreviationAfter.TryMatch(sentence.Tokens, inner, out var lead, out _)) inner += lead;
            if (Word(sentence, inner) is not { } word) return null;
            var close = Further(sentence, word.Name)?.To ?? word.To;
            return sentence.Sentence.Norm(close) == ")" ? (word.Name, close + 1, false) : null;
        }

        if (sentence.Sentence.Norm(at) is "–" or "=" or ":" or "-")
            return Word(sentence, at + 1) is { } last && last.To >= sentence.Tokens.Count - 1 ? (last.Name, last.To, false) : null;
        if (sentence.Sentence.Norm(at) == ",") at++;
        if (!reading.Lexicon.AbbreviationAfter.TryMatch(sentence.Tokens, at, out var length, out _)) return null;
        at += length;
        while (sentence.Sentence.Norm(at) is "the" or "\"" or "'") at++;
        return Word(sentence, at) is { } named ? (named.Name, named.To, true) : null;
    }

    /// <summary>The abbreviation that a run of tokens is, "regimen" and the like behind it apart; null when it is anything else.</summary>
    public static OtherName? Whole(SentenceReading sentence, int from, int to)
    {
        while (to > from + 1 && sentence.Reading.Lexicon.Words.RegimenNouns.Contains(sentence.Tokens[to - 1].Norm)) to--;
        return Word(sentence, from) is { } word && word.To == to ? word.Name : null;
    }

    private static int SkipBack(SentenceReading sentence, int at)
    {
        while (at > 1 && sentence.Tokens[at - 1].Norm is "the" or "drugs" or "medicines" or "both" or "drug" or "following" or "a" or "of" or "combination" or "uses"
            && sentence.Sentence.Norm(at - 1) != "of") at--;
        return at;
    }

    private static int VerbBefore(SentenceReading sentence, int at)
    {
        var verbs = sentence.Reading.Lexicon.AbbreviationVerbs;
        for (var back = Math.Min(7, at - 1); back >= 1; back--)
        {
            if (verbs.LengthAt(sentence.Tokens, at - back) is var length && length > 0 && at - back + length >= at - 2 && length + 2 >= back
                && OnlyFiller(sentence, at - back + length, at)) return at - back;
        }

        return -1;
    }

    private static bool OnlyFiller(SentenceReading sentence, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (sentence.Tokens[i].Norm is not ("the" or "drugs" or "a" or "combination" or "of" or "both" or "regimen" or "drug" or "medicines")) return false;
        }

        return true;
    }

    /// <summary>The abbreviation that ends before token <paramref name="end"/>, with a number or a second part behind it.</summary>
    private static OtherName? Chunk(SentenceReading sentence, int end)
    {
        var text = sentence.Reading.Text;
        var to = sentence.Tokens[end - 1].End;
        var from = to;
        while (from > sentence.Span.Start && !char.IsWhiteSpace(text[from - 1]) && text[from - 1] is not ('(' or '[' or '"' or '“' or ',' or ';')) from--;
        while (from < to && Tokenizer.IsInvisible(text[from])) from++;
        var word = text[from..to].Trim('"', '”', '“', '\'', '®', '™', '*', '_');
        var isPart = word.Length > 0 && (word.All(char.IsAsciiDigit) || word == "+");
        if (isPart || (!Acronym.IsRegimen(word, sentence.Reading) && from > sentence.Span.Start))
        {
            if (from - 1 <= sentence.Span.Start || !(isPart || IsItemHead(sentence, from))) return null;
            var before = from;
            while (before > sentence.Span.Start && char.IsWhiteSpace(text[before - 1])) before--;
            var start = before;
            while (start > sentence.Span.Start && !char.IsWhiteSpace(text[start - 1])) start--;
            if (text[start..before] == "+")
            {
                while (start > sentence.Span.Start && char.IsWhiteSpace(text[start - 1])) start--;
                while (start > sentence.Span.Start && !char.IsWhiteSpace(text[start - 1])) start--;
                var sum = text[start..to];
                return sum.All(c => char.IsAsciiDigit(c) || c is '+' or ' ') && char.IsAsciiDigit(sum[0]) ? Make(start, sum) : null;
            }

            word = text[start..before];
            if (!Acronym.IsRegimen(word, sentence.Reading)) return null;
            return isPart ? Make(start, text[start..to]) : Make(start, word);
        }

        return Acronym.IsRegimen(word, sentence.Reading) ? Make(text.IndexOf(word, from, StringComparison.Ordinal), word) : null;

        static OtherName Make(int start, string word) => new(word, new Span(start, word.Length));
    }

    /// <summary>True when at most three words of a list item stand before the drugs.</summary>
    private static bool IsItemHead(SentenceReading sentence, int position) =>
        sentence.Block.Kind == BlockKind.ListItem && sentence.Sentence.TokenAt(position) <= 2;

    private static (OtherName Name, int To)? Word(SentenceReading sentence, int at)
    {
        if (at >= sentence.Tokens.Count) return null;
        var text = sentence.Reading.Text;
        var start = sentence.Tokens[at].Start;
        var end = start;
        while (end < sentence.Span.End && !char.IsWhiteSpace(text[end]) && text[end] is not (')' or ']' or ',' or ';' or '"' or '”')) end++;
        var word = text[start..end].TrimEnd('.', ':');
        if (!Acronym.IsRegimen(word, sentence.Reading)) return null;
        var to = at;
        while (to < sentence.Tokens.Count && sentence.Tokens[to].Start < start + word.Length) to++;
        return (new OtherName(word, new Span(start, word.Length)), to);
    }
}
