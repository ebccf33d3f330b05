using System.Globalization;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>The text of an expression constraint, read from left to right: blanks, words, numbers, quoted texts.</summary>
/// <param name="expression">FHIRPath of where the text stands, for faults; null: it has no such place.</param>
internal sealed class ConstraintText(string text, string? expression)
{
    public string? Expression { get; } = expression;

    /// <summary>Zero-based, in UTF-16 units.</summary>
    public int Position { get; private set; }

    /// <summary>The next character; <c>'\0'</c> at the end.</summary>
    public char Next => Peek(0);

    public char Peek(int ahead) => Position + ahead < text.Length ? text[Position + ahead] : '\0';

    /// <summary>Passes by blanks and comments.</summary>
    public void SkipBlanks()
    {
        while (Position < text.Length)
        {
            if (text[Position] is ' ' or '\t' or '\r' or '\n') Position++;
            else if (text[Position] == '/' && Peek(1) == '*') SkipComment();
            else return;
        }
    }

    /// <summary>Takes a sign, and the blanks behind it, when it is next.</summary>
    public bool Take(string sign)
    {
        if (string.CompareOrdinal(text, Position, sign, 0, sign.Length) != 0) return false;
        Position += sign.Length;
        SkipBlanks();
        return true;
    }

    /// <summary>Takes a word in any case of its letters, and the blanks behind it, when it is next and no longer.</summary>
    public bool TakeWord(string word)
    {
        if (!PeekWord().Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        Position += word.Length;
        SkipBlanks();
        return true;
    }

    /// <summary>The letters that come next.</summary>
    public ReadOnlySpan<char> PeekWord()
    {
        var end = Position;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        return text.AsSpan(Position, end - Position);
    }

    /// <exception cref="FhirException"><c>invalid</c>: something else is next.</exception>
    public void Require(string sign)
    {
        if (!Take(sign)) throw Expected($"'{sign}'");
    }

    /// <summary>Takes characters as long as a condition holds; no blanks behind them.</summary>
    public string TakeWhile(Func<char, bool> condition)
    {
        var start = Position;
        while (Position < text.Length && condition(text[Position])) Position++;
        return text[start..Position];
    }

    /// <summary>What stands between this quotation mark and the next one; a mark, a backslash and, where it is kept, a star may be escaped.</summary>
    /// <param name="keepsEscapes">Whether escaped stars and backslashes stay as written, for who reads them.</param>
    /// <exception cref="FhirException"><c>invalid</c>: there is no quotation mark, or no second one.</exception>
    public string TakeQuoted(bool keepsEscapes = false)
    {
        if (Next != '"') throw Expected("a text in quotation marks");
        Position++;
        var value = new System.Text.StringBuilder();
        while (Next != '"')
        {
            if (Position >= text.Length) throw Expected("a quotation mark at the end of the text");
            if (Next == '\\' && Peek(1) is '"' or '\\' or '*')
            {
                if (keepsEscapes && Peek(1) != '"') value.Append('\\');
                Position++;
            }

            value.Append(text[Position++]);
        }

        Position++;
        SkipBlanks();
        return value.ToString();
    }

    /// <exception cref="FhirException"><c>invalid</c>: no whole number, or one beyond 2147483647.</exception>
    public int TakeCount()
    {
        var start = Position;
        var digits = TakeWhile(char.IsAsciiDigit);
        if (digits.Length == 0 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) throw Expected("a number", start);
        return count;
    }

    /// <exception cref="FhirException"><c>invalid</c>: no number, or one that is too long.</exception>
    public decimal TakeNumber()
    {
        var start = Position;
        var digits = TakeWhile(each => char.IsAsciiDigit(each) || each is '.' or '-' or '+');
        if (!decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) throw Expected("a number", start);
        SkipBlanks();
        return number;
    }

    /// <summary>Passes by the term behind a concept: <c>|term|</c>.</summary>
    public void SkipTerm()
    {
        SkipBlanks();
        if (Next != '|') return;
        var end = text.IndexOf('|', Position + 1);
        if (end < 0) throw Expected("a bar at the end of the term");
        Position = end + 1;
        SkipBlanks();
    }

    /// <summary>What comes behind the bracket that closes the one that is next, and behind filters there: the character; <c>'\0'</c> for nothing.</summary>
    /// <param name="closings">For each opening bracket its closing one: <see cref="Closings"/>.</param>
    public char Behind(IReadOnlyDictionary<int, int> closings)
    {
        var back = Position;
        if (!closings.TryGetValue(Position, out var closing)) return '\0';
        Position = closing + 1;
        SkipBlanks();
        while (Next == '{' && Peek(1) == '{' && closings.TryGetValue(Position, out var end))
        {
            Position = end + 1;
            SkipBlanks();
        }

        var behind = Next == '!' && Peek(1) == '=' ? '=' : Next;
        Position = back;
        return behind;
    }

    /// <summary>Where each round and curly bracket is closed, terms, texts and comments left out; those that are not closed are not told.</summary>
    public IReadOnlyDictionary<int, int> Closings()
    {
        var (closings, open) = (new Dictionary<int, int>(), new Stack<int>());
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '(' or '{':
                    open.Push(at);
                    break;
                case ')' or '}':
                    if (open.TryPop(out var opening)) closings[opening] = at;
                    break;
                case '|' when text.IndexOf('|', at + 1) is > 0 and var end:
                    at = end;
                    break;
                case '"':
                    for (at++; at < text.Length && text[at] != '"'; at++)
                        if (text[at] == '\\') at++;
                    break;
                case '/' when at + 1 < text.Length && text[at + 1] == '*' && text.IndexOf("*/", at + 2, StringComparison.Ordinal) is > 0 and var end:
                    at = end + 1;
                    break;
                default:
                    break;
            }
        }

        return closings;
    }

    public FhirException Expected(string what, int? at = null)
    {
        var place = at ?? Position;
        var rest = place >= text.Length ? "the end" : $"'{text.AsSpan(place, Math.Min(20, text.Length - place))}'";
        return TerminologyIssues.ConstraintSyntax(place + 1, what, rest, Expression);
    }

    public FhirException NotSupported(string what) => TerminologyIssues.ConstraintNotSupported(what, Expression);

    private void SkipComment()
    {
        var end = text.IndexOf("*/", Position + 2, StringComparison.Ordinal);
        if (end < 0) throw Expected("*/ at the end of the comment");
        Position = end + 2;
    }
}
