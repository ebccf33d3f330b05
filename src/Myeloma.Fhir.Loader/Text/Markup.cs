using System.Net;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>Characters that lay a text out and say nothing: Markdown emphasis and links, footnote marks; and HTML entities left in a text.</summary>
internal static class Markup
{
    private const int LongestLink = 300;
    private const int LongestEntity = 10;

    /// <summary>How many characters at a position are layout; zero when the character there says something.</summary>
    public static int Length(string text, int at, int end) => text[at] switch
    {
        '*' or '_' or '`' or '†' or '‡' or '§' => 1,
        '¹' or '²' or '³' or (>= '⁰' and <= '⁹') => 1,
        '[' => at > 0 && (char.IsLetter(text[at - 1]) || text[at - 1] is '®' or '™') && Footnote(text, at, end) is var note and > 0 ? note : LinkText(text, at, end) ? 1 : 0,
        ']' => LinkTarget(text, at, end),
        _ => 0,
    };

    /// <summary>The character an entity stands for ("&amp;ndash;", "&amp;#8211;"); null when none starts at the position.</summary>
    public static char? Entity(string text, int at, int end, out int length)
    {
        length = 0;
        if (text[at] != '&') return null;
        var stop = text.AsSpan(at, Math.Min(LongestEntity, end - at)).IndexOf(';');
        if (stop < 3) return null;
        var meant = WebUtility.HtmlDecode(text.Substring(at, stop + 1));
        if (meant.Length != 1) return null;
        length = stop + 1;
        return meant[0];
    }

    /// <summary>"[3]", "[1,2]", "[1–3]" right behind a word.</summary>
    private static int Footnote(string text, int at, int end)
    {
        var i = at + 1;
        while (i < end && i - at < 12 && (char.IsAsciiDigit(text[i]) || (i > at + 1 && text[i] is ',' or ' ' or '-' or '–'))) i++;
        return i > at + 1 && i < end && text[i] == ']' ? i + 1 - at : 0;
    }

    private static bool LinkText(string text, int at, int end)
    {
        var close = text.AsSpan(at, Math.Min(LongestLink, end - at)).IndexOf(']');
        return close > 0 && LinkTarget(text, at + close, end) > 0;
    }

    private static int LinkTarget(string text, int at, int end)
    {
        if (at + 2 >= end || text[at + 1] != '(') return 0;
        var target = text.AsSpan(at + 2, Math.Min(LongestLink, end - at - 2));
        if (!target.StartsWith("http", StringComparison.OrdinalIgnoreCase) && !target.StartsWith("www.", StringComparison.OrdinalIgnoreCase) && target[0] is not ('/' or '#')) return 0;
        var close = target.IndexOf(')');
        return close < 0 || target[..close].Contains(' ') ? 0 : close + 3;
    }
}
