using System.Numerics;
using System.Text;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>The grammar of UCUM's case-sensitive codes. https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms</summary>
/// <remarks>
/// Beyond the letter of the grammar, as UCUM's own functional tests have it, an annotation may stand before a unit and behind a number; and a group may
/// begin with <c>/</c>, as a product of such units is written.
/// </remarks>
internal ref struct UcumParser(string code, UcumTable table)
{
    private const int MaxDepth = 16;
    private const int MaxFactorDigits = 12;
    private const int MaxExponentDigits = 3;
    private const long MaxBits = 20_000;
    private readonly StringBuilder name = new();
    private int at;
    private int depth;
    private UcumFault? fault;

    /// <summary>Names in UCUM's words, as its functional tests display a code: <c>(meter ^ 3) * (kilogram ^ -1)</c>.</summary>
    public readonly string Name => name.ToString();

    public bool TryParse(out UcumMeasure measure, out UcumFault? error)
    {
        error = null;
        if (Term() is { } parsed && AtEnd())
        {
            measure = parsed;
            return true;
        }

        measure = default;
        error = fault;
        return false;
    }

    private bool AtEnd()
    {
        if (at == code.Length) return true;
        Fail(at, code[at] switch
        {
            ')' => "')' closes nothing.",
            var letter when char.IsWhiteSpace(letter) => "A UCUM code has no white space.",
            var letter => $"'{letter}' can't stand here; units are joined by '.' or '/'.",
        });
        return false;
    }

    private readonly char Peek() => at < code.Length ? code[at] : '\0';

    private UcumMeasure? Fail(int position, string text)
    {
        fault ??= new UcumFault(position, text);
        return null;
    }

    private UcumMeasure? Term()
    {
        if (++depth > MaxDepth) return Fail(at, $"Parentheses nest deeper than {MaxDepth} levels.");
        var result = Peek() == '/' ? UcumMeasure.One : Component();
        while (result is { } left && Peek() is '.' or '/')
        {
            var position = at;
            var sign = code[at++] == '.' ? 1 : -1;
            name.Append(name.Length == 0 ? sign > 0 ? "" : "1 / " : sign > 0 ? " * " : " / ");
            result = Component() is { } right ? Combine(left, right, sign, position) : null;
        }

        depth--;
        return result;
    }

    private UcumMeasure? Combine(UcumMeasure left, UcumMeasure right, int sign, int position)
    {
        if (left.Function is not null || right.Function is not null)
        {
            // A number before a special unit scales it, as its prefix would; anything else has no meaning.
            if (sign > 0 && left is { Function: null, Dimension.IsNone: true }) return right with { Scale = right.Scale * left.Factor };
            if (sign > 0 && right is { Function: null, Dimension.IsNone: true }) return left with { Scale = left.Scale * right.Factor };
            return Fail(position, "A unit on a scale with another zero or a logarithmic one can't be multiplied or divided; use the unit it is measured in, such as K for Cel.");
        }

        if (left.Dimension.Times(right.Dimension, sign) is not { } dimension) return Fail(position, $"The powers of a unit add up to more than {UcumDimension.MaxPower}.");
        var factor = sign > 0 ? left.Factor * right.Factor : left.Factor / right.Factor;
        return factor.Bits > MaxBits ? TooLarge(position) : new UcumMeasure(factor, dimension, null, Rational.One);
    }

    private UcumMeasure? TooLarge(int position) => Fail(position, "The unit is too large or too small to reckon with.");

    private UcumMeasure? Component()
    {
        if (Peek() == '(') return Group();
        var annotated = Peek() == '{';
        if (annotated && !Annotation()) return null;
        if (annotated && Peek() is '\0' or '.' or '/' or ')')
        {
            name.Append(code, code.LastIndexOf('{', at - 1), at - code.LastIndexOf('{', at - 1));
            return UcumMeasure.One;
        }

        var result = char.IsAsciiDigit(Peek()) && !IsTen() ? Factor() : Unit();
        return result is not null && Peek() == '{' && !Annotation() ? null : result;
    }

    private UcumMeasure? Group()
    {
        var open = at++;
        name.Append('[');
        if (Term() is not { } inner) return null;
        if (Peek() != ')') return Fail(at < code.Length ? at : open, at < code.Length ? $"'{code[at]}' can't stand here; ')' or an operator is expected." : "'(' is not closed.");
        at++;
        name.Append(']');
        if (char.IsAsciiDigit(Peek()) || Peek() is '+' or '-') return Fail(at, "A group has no exponent; write it behind each unit.");
        return Peek() == '{' && !Annotation() ? null : inner;
    }

    private readonly bool IsTen() => at + 2 < code.Length && code[at] == '1' && code[at + 1] == '0' && code[at + 2] is '*' or '^';

    private UcumMeasure? Factor()
    {
        var start = at;
        if (Digits(MaxFactorDigits, "A number") is not { } value) return null;
        if (value.IsZero) return Fail(start, "A factor of zero makes no unit.");
        if (char.IsAsciiLetter(Peek()) || Peek() is '[' or '%')
            return Fail(at, $"A number is joined to a unit by '.': {code[..at]}.{code[at..]}.");
        name.Append(value);
        return UcumMeasure.Number(Rational.Of(value, 1));
    }

    private BigInteger? Digits(int most, string what)
    {
        var start = at;
        while (char.IsAsciiDigit(Peek())) at++;
        if (at == start)
        {
            Fail(at, $"{what} is expected here.");
            return null;
        }

        if (at - start > most)
        {
            Fail(start, $"{what} may have {most} digits.");
            return null;
        }

        return BigInteger.Parse(code.AsSpan(start, at - start), System.Globalization.CultureInfo.InvariantCulture);
    }

    private UcumMeasure? Unit()
    {
        var start = at;
        if (Symbol() is not { } symbol) return null;
        if (table.Find(symbol) is not var (prefix, atom)) return Unknown(symbol, start);

        var exponent = 1;
        var exponentAt = at;
        if (Peek() is '+' or '-' || char.IsAsciiDigit(Peek()))
        {
            var sign = Peek() == '-' ? -1 : 1;
            if (Peek() is '+' or '-') at++;
            if (Digits(MaxExponentDigits, "An exponent") is not { } power) return null;
            exponent = sign * (int)power;
        }

        Describe(prefix, atom, exponent);
        return Measure(prefix, atom.Measure, exponent, exponentAt);
    }

    private UcumMeasure? Unknown(string symbol, int start)
    {
        var likely = UcumHints.Suggest(symbol, table);
        fault ??= new UcumFault(start, UcumHints.Unknown(symbol, likely), likely is null ? null : string.Concat(code.AsSpan(0, start), likely, code.AsSpan(at)));
        return null;
    }

    private readonly void Describe(UcumPrefix? prefix, UcumAtom atom, int exponent)
    {
        name.Append('(').Append(prefix?.Name).Append(atom.Name);
        if (exponent != 1) name.Append(" ^ ").Append(exponent);
        name.Append(')');
    }

    private UcumMeasure? Measure(UcumPrefix? prefix, UcumMeasure measure, int exponent, int position)
    {
        if (measure.Function is not null)
        {
            if (exponent != 1) return Fail(position, "A unit on a scale with another zero or a logarithmic one has no exponent.");
            return prefix is null ? measure : measure with { Scale = prefix.Factor };
        }

        var single = prefix is null ? measure.Factor : measure.Factor * prefix.Factor;
        if (single.Bits * Math.Abs(exponent) > MaxBits) return TooLarge(position);
        return UcumDimension.None.Times(measure.Dimension, exponent) is { } dimension
            ? new UcumMeasure(single.Power(exponent), dimension, null, Rational.One)
            : Fail(position, $"A power of a unit is more than {UcumDimension.MaxPower}.");
    }

    /// <summary>Braces around printable ASCII without braces.</summary>
    private bool Annotation()
    {
        var open = at++;
        for (; at < code.Length; at++)
        {
            if (code[at] == '}')
            {
                at++;
                return true;
            }

            if (code[at] is '{' or < '!' or > '~')
            {
                Fail(at, code[at] == '{' ? "An annotation holds no '{'." : "An annotation holds printable ASCII without spaces only.");
                return false;
            }
        }

        Fail(open, "'{' is not closed.");
        return false;
    }

    /// <summary>Letters, signs and bracketed parts up to an exponent, operator or annotation.</summary>
    private string? Symbol()
    {
        var start = at;
        if (IsTen())
        {
            at += 3;
            return code[start..at];
        }

        while (at < code.Length && !char.IsAsciiDigit(code[at]) && code[at] is > ' ' and <= '~' and not ('.' or '/' or '(' or ')' or '{' or '}' or '+' or '-'))
        {
            if (code[at] != '[')
            {
                at++;
                continue;
            }

            var close = code.IndexOf(']', at);
            if (close < 0)
            {
                Fail(at, "'[' is not closed.");
                return null;
            }

            at = close + 1;
        }

        if (at > start) return code[start..at];
        Fail(at, at == code.Length ? at == 0 ? "The code is empty." : $"'{code[at - 1]}' is not followed by a unit." : UcumHints.Unexpected(code[at]));
        return null;
    }
}
