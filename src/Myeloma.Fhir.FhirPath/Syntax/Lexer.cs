using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>Text to tokens. https://hl7.org/fhirpath/N1/#lexical-elements</summary>
internal sealed class Lexer(string text)
{
    private int at;

    public List<Token> ReadAll()
    {
        var tokens = new List<Token>();
        while (true)
        {
            SkipBlanks();
            if (at >= text.Length) break;
            tokens.Add(Read());
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length));
        return tokens;
    }

    private char Peek(int ahead = 0) => at + ahead < text.Length ? text[at + ahead] : '\0';

    private void SkipBlanks()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text[at] == '/' && Peek(1) == '/')
            {
                while (at < text.Length && text[at] is not ('\n' or '\r')) at++;
            }
            else if (text[at] == '/' && Peek(1) == '*')
            {
                var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0) SyntaxFault.Throw(text, at, "the comment is not closed; '*/' is missing.");
                at = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private Token Read()
    {
        var start = at;
        var c = text[at];
        if (IsWordStart(c)) return new Token(TokenKind.Word, Word(), start);
        if (char.IsAsciiDigit(c)) return Number();
        switch (c)
        {
            case '\'': return new Token(TokenKind.String, Quoted('\''), start);
            case '`':
                var name = Quoted('`');
                if (name.Length == 0) SyntaxFault.Throw(text, start, "a name is expected between the backticks.");
                return new Token(TokenKind.Delimited, name, start);
            case '@': return DateOrTime();
            case '$':
                at++;
                return new Token(TokenKind.Special, Word(), start);
            default:
                return Symbol();
        }
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private string Word()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
        return text[start..at];
    }

    private Token Number()
    {
        var start = at;
        SkipDigits();
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            at++;
            SkipDigits();
        }

        return new Token(TokenKind.Number, text[start..at], start);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek())) at++;
    }

    private Token Symbol()
    {
        var start = at;
        var two = at + 1 < text.Length ? text.AsSpan(at, 2) : default;
        if (two is "<=" or ">=" or "!=" or "!~")
        {
            at += 2;
            return new Token(TokenKind.Symbol, two.ToString(), start);
        }

        if (!".,()[]{}+-*/&|<>=~%".Contains(text[at], StringComparison.Ordinal))
            SyntaxFault.Throw(text, at, $"'{text[at]}' has no meaning here.");
        at++;
        return new Token(TokenKind.Symbol, text[start..at], start);
    }

    private string Quoted(char quote)
    {
        var start = at++;
        var end = text.AsSpan(at).IndexOfAny(quote, '\\');
        if (end >= 0 && text[at + end] == quote)
        {
            var plain = text.Substring(at, end);
            at += end + 1;
            return plain;
        }

        var result = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\') result.Append(Escape());
            else result.Append(text[at++]);
        }

        if (at >= text.Length) SyntaxFault.Throw(text, start, $"the closing {quote} is missing.");
        at++;
        return result.ToString();
    }

    /// <summary>https://hl7.org/fhirpath/N1/#string: the escapes the specification lists, others are faults.</summary>
    private char Escape()
    {
        var start = at;
        at += 2;
        switch (Peek(-1))
        {
            case '\'': return '\'';
            case '"': return '"';
            case '`': return '`';
            case '\\': return '\\';
            case '/': return '/';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when at + 4 <= text.Length && ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            default:
                throw SyntaxFault.At(text, start, $"'{text.AsSpan(start, Math.Min(2, text.Length - start))}' is no escape; known are \\' \\\" \\` \\\\ \\/ \\f \\n \\r \\t \\uXXXX.");
        }
    }

    /// <summary><c>@2015</c>, <c>@2015-02-04</c>, <c>@2015T</c>, <c>@2015-02-04T14:34:28.123+10:00</c>, <c>@T14:34</c>.</summary>
    private Token DateOrTime()
    {
        var start = at++;
        var from = at;
        if (Peek() == 'T')
        {
            from = ++at;
            SkipTime();
            return new Token(TokenKind.Time, text[from..at], start);
        }

        SkipDigits();
        for (var part = 0; part < 2 && Peek() == '-' && char.IsAsciiDigit(Peek(1)) && char.IsAsciiDigit(Peek(2)); part++) at += 3;
        if (Peek() != 'T') return new Token(TokenKind.Date, text[from..at], start);

        at++;
        if (char.IsAsciiDigit(Peek()))
        {
            SkipTime();
            if (Peek() == 'Z') at++;
            else if (Peek() is '+' or '-' && char.IsAsciiDigit(Peek(1)) && char.IsAsciiDigit(Peek(2)) && Peek(3) == ':') at = Math.Min(at + 6, text.Length);
        }

        return new Token(TokenKind.DateTime, text[from..at], start);
    }

    private void SkipTime()
    {
        SkipDigits();
        for (var part = 0; part < 2 && Peek() == ':' && char.IsAsciiDigit(Peek(1)); part++)
        {
            at++;
            SkipDigits();
        }

        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            at++;
            SkipDigits();
        }
    }
}
