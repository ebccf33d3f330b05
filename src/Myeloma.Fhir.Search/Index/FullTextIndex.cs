using System.Globalization;
using System.Net;
using System.Text;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Search.Index;

/// <summary>The words of a resource, for <c>_text</c> and <c>_content</c>. https://hl7.org/fhir/R4/search.html#content</summary>
/// <remarks>
/// A word is a run of letters and digits, folded as strings are; ideographs and kana are words by themselves, so that a run of them is a phrase.
/// Words are not reduced to a stem: what they would be depends on a language that resources seldom state.
/// </remarks>
public static class FullTextIndex
{
    /// <summary>UTF-16 units of a resource's text that are looked at; what follows is not found.</summary>
    public const int MaxLength = 131_072;

    private const int MaxWordLength = 200;

    /// <summary>Between two texts, so that no phrase reaches from one into the other.</summary>
    private const int Gap = 16;

    /// <summary>The words of a text in their order.</summary>
    public static List<string> Words(string text)
    {
        List<string> words = [];
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            var letter = at < text.Length ? text[at] : ' ';
            var isAlone = IsIdeograph(letter);
            if (!isAlone && IsPartOfWord(letter))
            {
                if (start < 0) start = at;
                continue;
            }

            if (start >= 0) Add(text[start..at], words);
            start = -1;
            if (isAlone) words.Add(letter.ToString());
        }

        return words;
    }

    internal static void Add(Element root, int narrativeId, int contentId, RowBuilder rows)
    {
        var narrative = new Gathering();
        var content = new Gathering();
        if (narrativeId > 0 && root.Child("text")?.TextOf("div") is { } div) narrative.Add(WithoutTags(div));
        if (contentId > 0) Gather(root, content);
        if (narrative.Words.Count + content.Words.Count > 0) rows.FullText(narrative.Words, content.Words);
        if (narrative.Words.Count > 0) rows.Rows.Present.Add(narrativeId);
        if (content.Words.Count > 0) rows.Rows.Present.Add(contentId);
    }

    private static void Gather(Element element, Gathering content)
    {
        foreach (var child in element.Children())
        {
            if (!child.IsPrimitive) Gather(child, content);
            else if (child.Type.Name == "xhtml") content.Add(WithoutTags(child.Text ?? ""));
            else if (child.Type.Name is "string" or "markdown" or "code" && child.Name != "id") content.Add(child.Text ?? "");
            if (content.IsFull) return;
        }
    }

    /// <summary>The text of a narrative; a tag parts words only where it is no mere emphasis.</summary>
    private static string WithoutTags(string xhtml)
    {
        var text = new StringBuilder(xhtml.Length);
        for (var at = 0; at < xhtml.Length; at++)
        {
            if (xhtml[at] != '<')
            {
                text.Append(xhtml[at]);
                continue;
            }

            var end = xhtml.IndexOf('>', at);
            if (end < 0) break;
            var name = xhtml.AsSpan(at + 1, end - at - 1).TrimStart('/');
            if (!(name is "b" or "i" or "em" or "strong" or "sub" or "sup" or "u" or "span" || name.StartsWith("span "))) text.Append(' ');
            at = end;
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    private static void Add(string piece, List<string> words)
    {
        var word = StringFolding.Fold(piece);
        if (word.Length > 0) words.Add(word.Length > MaxWordLength ? word[..MaxWordLength] : word);
    }

    private static bool IsPartOfWord(char letter) =>
        char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Kana and Han; Korean puts blanks between words.</summary>
    private static bool IsIdeograph(char letter) => letter is >= '\u3041' and <= '\u30FF' or >= '\u3400' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF';

    private sealed class Gathering
    {
        private int length;
        private int position;

        public List<WordAt> Words { get; } = [];

        public bool IsFull => length >= MaxLength;

        public void Add(string text)
        {
            if (IsFull || text.Length == 0) return;
            if (length + text.Length > MaxLength) text = text[..(MaxLength - length)];
            length += text.Length;
            foreach (var word in FullTextIndex.Words(text)) Words.Add(new WordAt(word, ++position));
            position += Gap;
        }
    }
}
