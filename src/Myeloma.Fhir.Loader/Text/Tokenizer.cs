using System.Text;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>Cuts text into words, numbers and marks. Hyphens, apostrophes and points inside a word belong to it.</summary>
internal static class Tokenizer
{
    public static List<Token> Tokenize(string text, int start, int end)
    {
        var tokens = new List<Token>(Math.Max(4, (end - start) / 5));
        var i = start;
        while (i < end)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || c is '\u00AD' or '\u200B' or '\uFEFF')
            {
                i++;
                continue;
            }

            if (!char.IsLetterOrDigit(c))
            {
                tokens.Add(new Token(i, 1, TokenKind.Mark, NormalMark(c), false));
                i++;
                continue;
            }

            var from = i;
            while (i < end && (IsWordPart(text[i]) || IsInnerMark(text, i, end))) i++;
            AddWord(text, from, i, tokens);
        }

        return tokens;
    }

    /// <summary>The tokens' norms of a lexicon phrase, cut the way documents are.</summary>
    public static string[] Norms(string phrase) => [.. Tokenize(phrase, 0, phrase.Length).Select(token => token.Norm)];

    public static bool IsHyphen(char c) => c is '-' or '\u2010' or '\u2011';

    private static bool IsWordPart(char c) =>
        char.IsLetterOrDigit(c) || c is '\u00AD' || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark;

    private static bool IsInnerMark(string text, int i, int end) =>
        (IsHyphen(text[i]) || text[i] is '\'' or '\u2019' or '.') && i + 1 < end
        && char.IsLetterOrDigit(text[i + 1]) && char.IsLetterOrDigit(text[i - 1]);

    private static void AddWord(string text, int from, int to, List<Token> tokens)
    {
        // The possessive s is a token of its own, so that a name before it is found.
        if (to - from > 2 && text[to - 1] is 's' or 'S' && to - from > 2 && text[to - 2] is '\'' or '\u2019')
        {
            AddWord(text, from, to - 2, tokens);
            tokens.Add(new Token(to - 2, 2, TokenKind.Word, "'s", false));
            return;
        }

        var norm = Normal(text.AsSpan(from, to - from));
        var kind = norm.All(c => char.IsAsciiDigit(c) || c is '-' or '.') ? TokenKind.Number : TokenKind.Word;
        tokens.Add(new Token(from, to - from, kind, norm, char.IsUpper(text[from])));
    }

    private static string Normal(ReadOnlySpan<char> word)
    {
        var builder = new StringBuilder(word.Length);
        foreach (var c in word)
        {
            if (c == '\u00AD') continue;
            builder.Append(IsHyphen(c) ? '-' : c == '\u2019' ? '\'' : char.ToLowerInvariant(c));
        }

        return builder.ToString();
    }

    private static string NormalMark(char c) => c switch
    {
        '\u2010' or '\u2011' or '-' => "-",
        '\u2012' or '\u2013' or '\u2014' or '\u2015' or '\u2212' => "–",
        '\u2018' or '\u2019' => "'",
        '\u201C' or '\u201D' or '\u201E' or '\u00AB' or '\u00BB' => "\"",
        '\uFF1A' => ":",
        '\uFF0C' => ",",
        '\u2044' or '\u2215' => "/",
        _ => c.ToString(),
    };
}
