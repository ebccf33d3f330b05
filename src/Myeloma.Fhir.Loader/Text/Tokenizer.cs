using System.Text;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>
/// Cuts text into words, numbers and marks. Hyphens, apostrophes and points inside a word belong to it. Marks of layout give no token:
/// emphasis and link targets of Markdown, numbers and daggers of footnotes, invisible characters. An HTML entity is the one mark it stands for.
/// </summary>
internal static class Tokenizer
{
    private static readonly string[] Ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

    public static List<Token> Tokenize(string text, int start, int end)
    {
        var tokens = new List<Token>(Math.Max(4, (end - start) / 5));
        var i = start;
        while (i < end)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || IsInvisible(c))
            {
                i++;
                continue;
            }

            if (!char.IsLetterOrDigit(c))
            {
                if (Markup.Length(text, i, end) is var silent and > 0)
                {
                    i += silent;
                    continue;
                }

                if (Markup.Entity(text, i, end, out var length) is { } meant)
                {
                    if (!char.IsWhiteSpace(meant) && !IsInvisible(meant)) tokens.Add(new Token(i, length, TokenKind.Mark, NormalMark(meant), false));
                    i += length;
                    continue;
                }

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

    /// <summary>Soft hyphens, spaces of no width, joiners and byte order marks.</summary>
    public static bool IsInvisible(char c) => c is '\u00AD' or '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF';

    private static bool IsWordPart(char c) =>
        char.IsLetterOrDigit(c) || IsInvisible(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark;

    private static bool IsInnerMark(string text, int i, int end) =>
        (IsHyphen(text[i]) || text[i] is '\'' or '\u2019' or '\u0092' or '.') && i + 1 < end
        && char.IsLetterOrDigit(text[i + 1]) && char.IsLetterOrDigit(text[i - 1]);

    private static void AddWord(string text, int from, int to, List<Token> tokens)
    {
        while (IsInvisible(text[to - 1])) to--;

        // The possessive s is a token of its own, so that a name before it is found.
        if (to - from > 2 && text[to - 1] is 's' or 'S' && to - from > 2 && text[to - 2] is '\'' or '\u2019' or '\u0092')
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
        var composed = true;
        foreach (var c in word)
        {
            if (IsInvisible(c)) continue;
            if (c is >= '\uFB00' and <= '\uFB06') builder.Append(Ligatures[c - '\uFB00']);
            else builder.Append(IsHyphen(c) ? '-' : c is '\u2019' or '\u0092' ? '\'' : char.ToLowerInvariant(c));
            composed &= char.IsAscii(c);
        }

        return composed ? builder.ToString() : builder.ToString().Normalize(NormalizationForm.FormC);
    }

    private static string NormalMark(char c) => c switch
    {
        '\u2010' or '\u2011' or '-' => "-",
        '\u2012' or '\u2013' or '\u2014' or '\u2015' or '\u2212' or '\u0096' or '\u0097' => "–",
        '\u2018' or '\u2019' or '\u0091' or '\u0092' => "'",
        '\u201C' or '\u201D' or '\u201E' or '\u00AB' or '\u00BB' or '\u0093' or '\u0094' => "\"",
        '\uFF1A' => ":",
        '\uFF0C' => ",",
        '\u2044' or '\u2215' => "/",
        _ => c.ToString(),
    };
}
