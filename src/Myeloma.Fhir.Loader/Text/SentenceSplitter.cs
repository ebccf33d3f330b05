using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>Cuts a block into sentences at a full stop, question or exclamation mark that is followed by a new beginning.</summary>
internal static class SentenceSplitter
{
    /// <summary>Longer runs without a full stop are no prose; they are cut at a space so that no rule meets more than this at once.</summary>
    public const int LongestSentence = 4000;

    public static IEnumerable<Span> Split(string text, Span block, IReadOnlySet<string> abbreviations) =>
        Sentences(text, block, abbreviations).SelectMany(sentence => Shorten(text, sentence));

    private static IEnumerable<Span> Shorten(string text, Span sentence)
    {
        var start = sentence.Start;
        while (sentence.End - start > LongestSentence)
        {
            var end = text.AsSpan(start, LongestSentence).LastIndexOfAny(' ', '\n', '\t');
            end = end <= 0 ? start + LongestSentence : start + end;
            var part = Trim(text, start, end);
            if (part.Length > 0) yield return part;
            start = end;
        }

        var rest = Trim(text, start, sentence.End);
        if (rest.Length > 0) yield return rest;
    }

    private static IEnumerable<Span> Sentences(string text, Span block, IReadOnlySet<string> abbreviations)
    {
        var start = block.Start;
        for (var i = block.Start; i < block.End; i++)
        {
            if (text[i] is not ('.' or '!' or '?') || !EndsSentence(text, i, block, abbreviations)) continue;

            var end = i + 1;
            while (end < block.End && text[end] is '"' or '”' or '’' or ')' or '*' or '_') end++;
            yield return Trim(text, start, end);
            start = end;
            i = end - 1;
        }

        var rest = Trim(text, start, block.End);
        if (rest.Length > 0) yield return rest;
    }

    private static bool EndsSentence(string text, int i, Span block, IReadOnlySet<string> abbreviations)
    {
        var next = i + 1;
        while (next < block.End && text[next] is '"' or '”' or '’' or ')' or '*' or '_') next++;
        if (next >= block.End) return true;
        if (!char.IsWhiteSpace(text[next])) return false;
        while (next < block.End && char.IsWhiteSpace(text[next])) next++;
        if (next >= block.End) return true;
        if (char.IsLower(text[next])) return false;
        if (text[i] != '.') return true;

        var word = i;
        while (word > block.Start && !char.IsWhiteSpace(text[word - 1]) && text[word - 1] is not '(') word--;
        if (word == i) return true;
        if (i - word == 1 && char.IsUpper(text[word]) && word > block.Start) return text[next] is not '(' && !char.IsUpper(text[next]);
        return !abbreviations.Contains(text[word..i].ToLowerInvariant());
    }

    private static Span Trim(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return Span.Between(start, end);
    }
}
