using System.Text.Json;

namespace Myeloma.Fhir.Search.Requests.Filter;

/// <summary>Reads the text of <c>_filter</c>. <c>and</c> and <c>or</c> go from left to right without precedence.</summary>
/// <remarks>https://hl7.org/fhir/R4/search_filter.html</remarks>
/// <param name="maxTests">Most tests of one filter.</param>
internal sealed class FilterParser(string text, int maxTests)
{
    public static readonly string[] Operators = ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss", "sb", "in", "ni", "re"];

    private const int MaxDepth = 32;

    private int at;
    private int depth;
    private int tests;

    /// <exception cref="FormatException">What was found where, and what was expected.</exception>
    public FilterExpression Parse()
    {
        var filter = ReadFilter();
        SkipBlanks();
        return at == text.Length ? filter : throw Unexpected("'and', 'or' or the end");
    }

    private FilterExpression ReadFilter()
    {
        if (++depth > MaxDepth) throw new FormatException($"it is nested deeper than {MaxDepth} levels.");
        var left = ReadOne();
        while (true)
        {
            if (TakeWord("and")) left = new FilterExpression.And(left, ReadOne());
            else if (TakeWord("or")) left = new FilterExpression.Or(left, ReadOne());
            else break;
        }

        depth--;
        return left;
    }

    private FilterExpression ReadOne()
    {
        SkipBlanks();
        var start = at;
        if (TakeWord("not"))
        {
            SkipBlanks();
            if (at < text.Length && text[at] == '(') return new FilterExpression.Not(ReadParentheses());
            at = start;
        }

        return at < text.Length && text[at] == '(' ? ReadParentheses() : ReadTest();
    }

    private FilterExpression ReadParentheses()
    {
        at++;
        var filter = ReadFilter();
        SkipBlanks();
        if (at >= text.Length || text[at] != ')') throw Unexpected("')'");
        at++;
        return filter;
    }

    private FilterExpression.Test ReadTest()
    {
        if (++tests > maxTests) throw new FormatException($"it has more than {maxTests} tests.");
        List<FilterStep> path = [ReadStep()];
        while (at < text.Length && text[at] == '.')
        {
            at++;
            path.Add(ReadStep());
        }

        SkipBlanks();
        var name = ReadWhile(char.IsAsciiLetter);
        if (!Operators.Contains(name)) throw new FormatException($"'{name}' is no operator; after '{string.Join('.', path.Select(step => step.Name))}' one of {string.Join(", ", Operators)} is expected.");
        SkipBlanks();
        return new FilterExpression.Test(path, name, ReadValue());
    }

    private FilterStep ReadStep()
    {
        var name = ReadWhile(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or ':');
        if (name.Length == 0) throw Unexpected("the name of a search parameter");
        if (at >= text.Length || text[at] != '[') return new FilterStep(name, null);

        at++;
        var filter = ReadFilter();
        SkipBlanks();
        if (at >= text.Length || text[at] != ']') throw Unexpected("']'");
        at++;
        return at < text.Length && text[at] == '.' ? new FilterStep(name, filter) : throw Unexpected("'.' and a name");
    }

    private string ReadValue()
    {
        if (at < text.Length && text[at] == '"') return ReadString();
        var value = ReadWhile(letter => !char.IsWhiteSpace(letter) && letter is not (')' or ']'));
        return value.Length > 0 ? value : throw Unexpected("a value");
    }

    /// <summary>A string as JSON writes it.</summary>
    private string ReadString()
    {
        var start = at++;
        while (at < text.Length && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
        if (at >= text.Length) throw new FormatException("a string is not closed by '\"'.");
        at++;
        try
        {
            return JsonSerializer.Deserialize<string>(text[start..at])!;
        }
        catch (JsonException)
        {
            throw new FormatException($"{text[start..at]} is no string as JSON writes it.");
        }
    }

    private string ReadWhile(Func<char, bool> fits)
    {
        var start = at;
        while (at < text.Length && fits(text[at])) at++;
        return text[start..at];
    }

    /// <summary>Takes a word that stands alone.</summary>
    private bool TakeWord(string word)
    {
        SkipBlanks();
        var end = at + word.Length;
        if (end > text.Length || string.CompareOrdinal(text, at, word, 0, word.Length) != 0) return false;
        if (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != '(') return false;
        at = end;
        return true;
    }

    private void SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private FormatException Unexpected(string expected) =>
        new(at < text.Length ? $"at character {at + 1}, before '{text[at..Math.Min(text.Length, at + 20)]}', {expected} is expected." : $"it ends where {expected} is expected.");
}
