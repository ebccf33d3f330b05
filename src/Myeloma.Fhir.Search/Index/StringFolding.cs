using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Folding;

namespace Myeloma.Fhir.Search.Index;

/// <summary>How strings are compared: without case, accents, width and repeated blanks. https://hl7.org/fhir/R4/search.html#string</summary>
public static class StringFolding
{
    /// <summary>Longest folded text that is kept and searched, in UTF-16 units: an index entry has an upper limit.</summary>
    public const int MaxLength = 600;

    /// <returns>The folded text, cut at <see cref="MaxLength"/>; empty for blanks only.</returns>
    public static string Fold(string text)
    {
        if (IsFolded(text)) return text;
        var folded = new StringBuilder(Math.Min(text.Length, MaxLength));
        var blank = false;
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Control) continue;
            if (blank) folded.Append(' ');
            blank = false;
            if (letter > '~' && FoldingTable.Folded.TryGetValue(letter, out var plain)) folded.Append(plain);
            else folded.Append(char.ToLowerInvariant(letter));
            if (folded.Length >= MaxLength) break;
        }

        return Cut(folded.ToString());
    }

    /// <returns>The text, or its first <see cref="MaxLength"/> units; never half of a surrogate pair at the end.</returns>
    public static string Cut(string text)
    {
        if (text.Length > 0 && text.Length < MaxLength && !char.IsHighSurrogate(text[^1])) return text;
        if (text.Length > MaxLength) text = text[..MaxLength];
        return text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
    }

    private static bool IsFolded(string text)
    {
        if (text.Length > MaxLength) return false;
        var blank = true;
        foreach (var letter in text)
        {
            if (letter == ' ' && blank) return false;
            blank = letter == ' ';
            if (letter is < ' ' or > '~' || char.IsAsciiLetterUpper(letter)) return false;
        }

        return !blank;
    }
}
