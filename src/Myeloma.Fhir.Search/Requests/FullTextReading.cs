using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>
/// The words of <c>_text</c> and <c>_content</c>: all have to occur; <c>or</c> and <c>,</c> between alternatives, <c>not</c> or <c>-</c> before what must not,
/// parentheses, a phrase in quotes, a <c>*</c> after the beginning of a word.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#content</remarks>
internal sealed class FullTextReading(string text)
{
    private const int MaxDepth = 32;
    private const int MaxTerms = 100;

    private int at;
    private int depth;
    private int terms;

    /// <returns>Null when malformed, which is noted.</returns>
    public static FullTextExpression? Read(string value, ValueReading reading)
    {
        try
        {
            var parser = new FullTextReading(value);
            var expression = parser.ReadAlternatives();
            return parser.at == value.Length ? expression : throw new FormatException("there is a ')' without a '('.");
        }
        catch (FormatException fault)
        {
            reading.Refuse(value, fault.Message);
            return null;
        }
    }

    private FullTextExpression ReadAlternatives()
    {
        if (++depth > MaxDepth) throw new FormatException($"it is nested deeper than {MaxDepth} levels.");
        var left = ReadAll();
        while (TakeWord("or") || Take(',')) left = new FullTextExpression.Or(left, ReadAll());
        depth--;
        return left;
    }

    private FullTextExpression ReadAll()
    {
        var left = ReadOne();
        while (true)
        {
            var isJoined = TakeWord("and");
            if (!isJoined && (at == text.Length || text[at] is ')' or ',' || IsWord("or"))) return left;
            left = new FullTextExpression.And(left, ReadOne());
        }
    }

    private FullTextExpression ReadOne()
    {
        SkipBlanks();
        if (++terms > MaxTerms) throw new FormatException($"it has more than {MaxTerms} words.");
        if (TakeWord("not") || Take('-'))
        {
            if (++depth > MaxDepth) throw new FormatException($"it is nested deeper than {MaxDepth} levels.");
            var negated = new FullTextExpression.Not(ReadOne());
            depth--;
            return negated;
        }

        if (Take('('))
        {
            var inner = ReadAlternatives();
            return Take(')') ? inner : throw new FormatException("a '(' is not closed.");
        }

        return Take('"') ? ReadPhrase() : ReadTerm();
    }

    private FullTextExpression.Phrase ReadPhrase()
    {
        var end = text.IndexOf('"', at);
        if (end < 0) throw new FormatException("a '\"' is not closed.");
        var words = FullTextIndex.Words(text[at..end]);
        at = end + 1;
        return words.Count > 0 ? new FullTextExpression.Phrase(words, false) : throw new FormatException("a phrase has at least one word.");
    }

    private FullTextExpression.Phrase ReadTerm()
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('(' or ')' or '"' or ',')) at++;
        var words = FullTextIndex.Words(text[start..at]);
        if (words.Count == 0) throw new FormatException(at == start ? "a word is missing." : $"'{text[start..at]}' has no letter or digit to search for.");
        return new FullTextExpression.Phrase(words, at > start && text[at - 1] == '*');
    }

    private bool Take(char sign)
    {
        SkipBlanks();
        if (at == text.Length || text[at] != sign) return false;
        at++;
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(word)) return false;
        at += word.Length;
        return true;
    }

    private bool IsWord(string word)
    {
        SkipBlanks();
        var end = at + word.Length;
        return end <= text.Length && string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0
            && (end == text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or '"');
    }

    private void SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }
}
