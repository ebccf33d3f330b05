using System.Globalization;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>Tokens to a syntax tree, by precedence climbing. https://hl7.org/fhirpath/N1/grammar.html</summary>
internal sealed class Parser
{
    private const int TypeLevel = 8;
    private readonly string text;
    private readonly SyntaxLimits limits;
    private readonly List<Token> tokens;
    private int at;
    private int nesting;

    private Parser(string text, SyntaxLimits limits)
    {
        this.text = text;
        this.limits = limits;
        tokens = new Lexer(text).ReadAll();
    }

    private Token Current => tokens[at];

    /// <exception cref="FhirException"><c>invalid</c> with the place; <c>too-costly</c> past a limit.</exception>
    public static SyntaxNode Parse(string text, SyntaxLimits limits)
    {
        if (text.Length > limits.MaxLength)
            throw new FhirException(Issue.TooCostly($"The FHIRPath expression is {text.Length} characters long; {limits.MaxLength} are allowed."));

        var parser = new Parser(text, limits);
        var node = parser.Expression(0);
        if (parser.Current.Kind != TokenKind.End) parser.Fault($"'{parser.Current.Text}' is not expected here.");
        return node;
    }

    private void Fault(string what) => SyntaxFault.Throw(text, Current.Position, what);

    private bool IsSymbol(string symbol) => Current.Kind == TokenKind.Symbol && Current.Text == symbol;

    private bool Take(string symbol)
    {
        if (!IsSymbol(symbol)) return false;
        at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
            Fault(Current.Kind == TokenKind.End ? $"'{symbol}' is missing at the end." : $"'{symbol}' is expected, not '{Current.Text}'.");
    }

    private T Checked<T>(T node)
        where T : SyntaxNode
    {
        if (node.Depth > limits.MaxDepth) TooDeep();
        return node;
    }

    private void TooDeep() => throw new FhirException(Issue.TooCostly(
        $"FHIRPath '{SyntaxFault.Shown(text)}', character {Current.Position + 1}: nested deeper than the {limits.MaxDepth} levels allowed."));

    /// <summary>An expression whose operators bind at least as strongly as <paramref name="minimum"/>.</summary>
    private SyntaxNode Expression(int minimum)
    {
        if (++nesting > limits.MaxDepth) TooDeep();
        var left = Unary();
        while (true)
        {
            var token = Current;
            if (token.Kind == TokenKind.Word && token.Text is "is" or "as")
            {
                if (TypeLevel < minimum) break;
                at++;
                left = Checked(new SyntaxNode.TypeOperation(token.Position, token.Text == "is", left, Type()));
                continue;
            }

            if (OperatorAt(token) is not { } found || found.Level < minimum) break;
            at++;
            var right = Expression(found.Level + 1);
            left = Checked(new SyntaxNode.Binary(token.Position, found.Operator, left, right));
        }

        nesting--;
        return left;
    }

    private static (BinaryOperator Operator, int Level)? OperatorAt(Token token) => token.Kind switch
    {
        TokenKind.Symbol => token.Text switch
        {
            "*" => (BinaryOperator.Multiply, 10),
            "/" => (BinaryOperator.Divide, 10),
            "+" => (BinaryOperator.Add, 9),
            "-" => (BinaryOperator.Subtract, 9),
            "&" => (BinaryOperator.Concatenate, 9),
            "|" => (BinaryOperator.Union, 7),
            "<" => (BinaryOperator.Less, 6),
            "<=" => (BinaryOperator.LessOrEqual, 6),
            ">" => (BinaryOperator.Greater, 6),
            ">=" => (BinaryOperator.GreaterOrEqual, 6),
            "=" => (BinaryOperator.Equal, 5),
            "!=" => (BinaryOperator.NotEqual, 5),
            "~" => (BinaryOperator.Equivalent, 5),
            "!~" => (BinaryOperator.NotEquivalent, 5),
            _ => null,
        },
        TokenKind.Word => token.Text switch
        {
            "div" => (BinaryOperator.Div, 10),
            "mod" => (BinaryOperator.Mod, 10),
            "in" => (BinaryOperator.In, 4),
            "contains" => (BinaryOperator.Contains, 4),
            "and" => (BinaryOperator.And, 3),
            "or" => (BinaryOperator.Or, 2),
            "xor" => (BinaryOperator.Xor, 2),
            "implies" => (BinaryOperator.Implies, 1),
            _ => null,
        },
        _ => null,
    };

    private SyntaxNode Unary()
    {
        if (!IsSymbol("-") && !IsSymbol("+")) return Postfix(Term());

        var token = Current;
        at++;
        if (++nesting > limits.MaxDepth) TooDeep();
        var operand = Unary();
        nesting--;
        return Checked(new SyntaxNode.Sign(token.Position, token.Text == "-", operand));
    }

    private SyntaxNode Postfix(SyntaxNode node)
    {
        while (true)
        {
            var position = Current.Position;
            if (Take("."))
            {
                node = Current.Kind == TokenKind.Special ? Fail("a name is expected after '.'.") : Invocation(node);
            }
            else if (Take("["))
            {
                var index = Expression(0);
                Expect("]");
                node = Checked(new SyntaxNode.Indexer(position, node, index));
            }
            else
            {
                return node;
            }
        }
    }

    private SyntaxNode Fail(string what) => throw SyntaxFault.At(text, Current.Position, what);

    private SyntaxNode Invocation(SyntaxNode? target)
    {
        var name = Current;
        if (name.Kind is not (TokenKind.Word or TokenKind.Delimited))
            return Fail(name.Kind == TokenKind.End ? "a name is missing at the end." : $"a name is expected, not '{name.Text}'.");
        at++;
        if (!Take("(")) return Checked(new SyntaxNode.Member(name.Position, target, name.Text));

        var arguments = new List<SyntaxNode>();
        if (!Take(")"))
        {
            do arguments.Add(Expression(0));
            while (Take(","));
            Expect(")");
        }

        return Checked(new SyntaxNode.Call(name.Position, target, name.Text, arguments));
    }

    private SyntaxNode Term()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.String:
                at++;
                return new SyntaxNode.Literal(token.Position, new SystemValue.String(token.Text));
            case TokenKind.Number:
                at++;
                return NumberOrQuantity(token);
            case TokenKind.Date:
                return Temporal(token, PartialDateTime.TryParseDate(token.Text, out var date) ? new SystemValue.Date(date) : null, "date");
            case TokenKind.DateTime:
                return Temporal(token, PartialDateTime.TryParseDateTime(token.Text, out var dateTime) ? new SystemValue.DateTime(dateTime) : null, "date and time");
            case TokenKind.Time:
                return Temporal(token, PartialDateTime.TryParseTime(token.Text, out var time) ? new SystemValue.Time(time) : null, "time");
            case TokenKind.Special:
                return Special(token);
            case TokenKind.Delimited:
                return Invocation(null);
            case TokenKind.Word:
                return WordTerm(token);
            case TokenKind.Symbol:
                return SymbolTerm(token);
            default:
                return Fail(text.Trim().Length == 0 ? "the expression is empty." : "the expression ends where an operand is expected.");
        }
    }

    private SyntaxNode WordTerm(Token token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                at++;
                return new SyntaxNode.Literal(token.Position, SystemValue.Boolean.Of(token.Text == "true"));
            case "and" or "or" or "xor" or "implies" or "div" or "mod":
                return Fail($"'{token.Text}' needs an operand before it.");
            default:
                return Invocation(null);
        }
    }

    private SyntaxNode SymbolTerm(Token token)
    {
        if (Take("("))
        {
            var inner = Expression(0);
            Expect(")");
            return inner;
        }

        if (Take("{"))
        {
            Expect("}");
            return new SyntaxNode.Empty(token.Position);
        }

        if (!Take("%")) return Fail($"'{token.Text}' is not expected here.");
        var name = Current;
        if (name.Kind is not (TokenKind.Word or TokenKind.Delimited or TokenKind.String)) return Fail("a name is expected after '%'.");
        at++;
        return new SyntaxNode.Variable(token.Position, name.Text);
    }

    private SyntaxNode.Special Special(Token token)
    {
        at++;
        return new SyntaxNode.Special(token.Position, token.Text switch
        {
            "this" => SpecialVariable.This,
            "index" => SpecialVariable.Index,
            "total" => SpecialVariable.Total,
            _ => throw SyntaxFault.At(text, token.Position, $"'${token.Text}' is not known; there are $this, $index and $total."),
        });
    }

    private SyntaxNode.Literal Temporal(Token token, SystemValue? value, string what)
    {
        at++;
        return new SyntaxNode.Literal(token.Position, value ?? throw SyntaxFault.At(text, token.Position, $"'@{token.Text}' is no {what}."));
    }

    private SyntaxNode.Literal NumberOrQuantity(Token number)
    {
        var isInteger = !number.Text.Contains('.', StringComparison.Ordinal);
        if (!decimal.TryParse(number.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            throw SyntaxFault.At(text, number.Position, $"'{number.Text}' has more digits than a Decimal holds.");

        var unit = Current;
        if (unit.Kind == TokenKind.String)
        {
            at++;
            return new SyntaxNode.Literal(number.Position, new SystemValue.Quantity(value, unit.Text));
        }

        if (unit.Kind == TokenKind.Word && CalendarUnits.Find(unit.Text) is { } calendar)
        {
            at++;
            return new SyntaxNode.Literal(number.Position, new SystemValue.Quantity(value, calendar, true));
        }

        if (!isInteger) return new SyntaxNode.Literal(number.Position, new SystemValue.Decimal(value));
        if (value > int.MaxValue) throw SyntaxFault.At(text, number.Position, $"'{number.Text}' is above the largest Integer, {int.MaxValue}.");
        return new SyntaxNode.Literal(number.Position, new SystemValue.Integer((int)value));
    }

    private TypeSpecifier Type()
    {
        var first = TypeName();
        return Take(".") ? new TypeSpecifier(first, TypeName()) : new TypeSpecifier(null, first);
    }

    private string TypeName()
    {
        if (Current.Kind is not (TokenKind.Word or TokenKind.Delimited)) Fault("a type's name is expected.");
        return tokens[at++].Text;
    }
}
