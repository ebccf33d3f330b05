namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>The grammar of UCUM's case-sensitive codes. https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms</summary>
internal ref struct UcumParser(string code)
{
    private const int MaxDepth = 10;
    private readonly ReadOnlySpan<char> text = code;
    private int at;
    private int depth;
    private Dictionary<string, (UcumUnit Unit, bool IsMetric)>? table;

    /// <returns>Null when the code does not follow the grammar or an atom is not known.</returns>
    public UcumUnit? Parse()
    {
        var unit = Term();
        return at == text.Length ? unit : null;
    }

    /// <summary>With the atoms known so far, while the table is being read.</summary>
    public UcumUnit? Parse(Dictionary<string, (UcumUnit Unit, bool IsMetric)> atoms)
    {
        table = atoms;
        return Parse();
    }

    private readonly UcumUnit? Atom(ReadOnlySpan<char> symbol) => table is null ? UcumAtoms.Find(symbol) : UcumAtoms.Find(symbol.ToString(), table);

    private readonly char Peek() => at < text.Length ? text[at] : '\0';

    private UcumUnit? Term()
    {
        if (++depth > MaxDepth) return null;
        UcumUnit? result;
        if (Peek() == '/')
        {
            result = UcumUnit.Number(1);
        }
        else
        {
            result = Component();
        }

        while (result is not null && Peek() is '.' or '/')
        {
            var sign = text[at++] == '.' ? 1 : -1;
            result = Component() is { } next ? result!.Multiply(next, sign) : null;
        }

        depth--;
        return result;
    }

    private UcumUnit? Component()
    {
        if (Peek() == '(')
        {
            at++;
            var inner = Term();
            if (Peek() != ')') return null;
            at++;
            return inner;
        }

        if (Peek() == '{') return Annotation() ? UcumUnit.Number(1) : null;
        if (char.IsAsciiDigit(Peek()) && !IsPowerOfTen()) return Integer() is { } number ? UcumUnit.Number(number) : null;

        var symbol = Symbol();
        if (symbol.Length == 0 || Atom(symbol) is not { } atom) return null;
        UcumUnit? unit = atom;
        if (Peek() is '+' or '-' || char.IsAsciiDigit(Peek()))
        {
            var sign = 1;
            if (Peek() is '+' or '-') sign = text[at++] == '-' ? -1 : 1;
            if (Integer() is not { } power || power > 20) return null;
            unit = unit.Power(sign * (int)power);
        }

        if (Peek() == '{' && !Annotation()) return null;
        return unit;
    }

    private readonly bool IsPowerOfTen() => at + 2 < text.Length && text[at] == '1' && text[at + 1] == '0' && text[at + 2] is '*' or '^';

    private bool Annotation()
    {
        var end = text[at..].IndexOf('}');
        if (end < 0) return false;
        at += end + 1;
        return true;
    }

    private long? Integer()
    {
        var start = at;
        long value = 0;
        for (; char.IsAsciiDigit(Peek()); at++)
        {
            if (value > 1_000_000_000_000) return null;
            value = (value * 10) + (text[at] - '0');
        }

        return at > start ? value : null;
    }

    /// <summary>Letters, signs and bracketed parts up to an exponent, operator or annotation.</summary>
    private ReadOnlySpan<char> Symbol()
    {
        var start = at;
        if (IsPowerOfTen())
        {
            at += 3;
            return text[start..at];
        }

        while (at < text.Length)
        {
            var c = text[at];
            if (c == '[')
            {
                var end = text[at..].IndexOf(']');
                if (end < 0) break;
                at += end + 1;
            }
            else if (char.IsAsciiLetter(c) || c is '%' or '\'' or '"' or '_' or '*' or '^')
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return text[start..at];
    }
}
