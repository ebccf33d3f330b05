using Myeloma.Fhir.FhirPath.Syntax;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What operators take and give, section 6. https://hl7.org/fhirpath/N1/#operations</summary>
internal sealed class OperatorTyping(CheckFindings findings)
{
    private static readonly string[] Numbers = ["Integer", "Decimal"];
    private static readonly Typing Boolean = Typing.System("Boolean");

    public Typing Of(SyntaxNode.Binary binary, Typing left, Typing right)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.Union:
                return left.And(right);
            case BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor or BinaryOperator.Implies:
                Condition(binary.Left.Position, binary, left);
                Condition(binary.Right.Position, binary, right);
                return Boolean;
            case BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Equivalent or BinaryOperator.NotEquivalent:
                if (!CanMatch(left, right)) NeverEqual(binary, left, right);
                return Boolean;
            case BinaryOperator.In or BinaryOperator.Contains:
                WarnIfMany(findings, binary.Position, binary.Operator == BinaryOperator.In ? "in" : "contains", binary.Operator == BinaryOperator.In ? left : right);
                if (!CanMatch(left, right)) NeverEqual(binary, left, right);
                return Boolean;
            case BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                WarnIfMany(binary, left, right);
                if (!CanOrder(left, right)) Error(binary, left, right, "two numbers, quantities, Strings, dates or times");
                return Boolean;
            default:
                WarnIfMany(binary, left, right);
                return Arithmetic(binary, left, right);
        }
    }

    public Typing Sign(SyntaxNode.Sign sign, Typing operand)
    {
        WarnIfMany(findings, sign.Position, sign.IsMinus ? "-" : "+", operand);
        if (!operand.CanBe("Integer", "Decimal", "Quantity"))
            findings.Error(sign.Position, CheckMessage.WrongType, $"{(sign.IsMinus ? "-" : "+")} expects a number or Quantity, not {operand}.");
        return ValuesOf(operand, "Integer", "Decimal", "Quantity");
    }

    public static void WarnIfMany(CheckFindings findings, int position, string name, Typing typing)
    {
        if (typing is { IsMany: true, IsOpen: false })
            findings.Warning(position, CheckMessage.MayBeMany, $"{name} works on one item, and several {typing} can come here; choose one with first() or where().");
    }

    private void WarnIfMany(SyntaxNode.Binary binary, Typing left, Typing right)
    {
        WarnIfMany(findings, binary.Position, OperatorSpelling.Of(binary.Operator), left);
        WarnIfMany(findings, binary.Position, OperatorSpelling.Of(binary.Operator), right);
    }

    private void Condition(int position, SyntaxNode.Binary binary, Typing operand)
    {
        WarnIfMany(findings, position, OperatorSpelling.Of(binary.Operator), operand);
        if (!operand.CanBe("Boolean"))
            findings.Warning(position, CheckMessage.NotBoolean, $"{OperatorSpelling.Of(binary.Operator)} works on Booleans; one {operand} counts as true: write exists().");
    }

    private void NeverEqual(SyntaxNode.Binary binary, Typing left, Typing right) =>
        findings.Warning(binary.Position, CheckMessage.NeverEqual, $"{OperatorSpelling.Of(binary.Operator)} compares {left} with {right}, which never match.");

    private void Error(SyntaxNode.Binary binary, Typing left, Typing right, string expected) =>
        findings.Error(binary.Position, CheckMessage.WrongType, $"{OperatorSpelling.Of(binary.Operator)} expects {expected}, not {left} and {right}.");

    private Typing Arithmetic(SyntaxNode.Binary binary, Typing left, Typing right)
    {
        if (left.IsEmpty || right.IsEmpty) return Typing.Empty;
        if (left.IsOpen || right.IsOpen) return Typing.Unknown.Single;
        var results = new List<StaticType>();
        foreach (var first in left.Types)
            foreach (var second in right.Types)
                if (Result(binary.Operator, first.Value, second.Value) is { } result) results.Add(StaticType.Of(result));
        if (results.Count > 0) return new Typing([.. results.Distinct()]);
        Error(binary, left, right, binary.Operator switch
        {
            BinaryOperator.Add => "two numbers, two quantities, two Strings, or a date or time and a Quantity",
            BinaryOperator.Subtract => "two numbers, two quantities, or a date or time and a Quantity",
            BinaryOperator.Concatenate => "two Strings",
            _ => "two numbers or quantities",
        });
        return Typing.Unknown.Single;
    }

    /// <returns>Null when the operator does not work on such a pair.</returns>
    private static string? Result(BinaryOperator kind, string? left, string? right) => (kind, left, right) switch
    {
        (_, null, _) or (_, _, null) => null,
        (BinaryOperator.Concatenate, _, _) => "String",
        (BinaryOperator.Add, "String", "String") => "String",
        (BinaryOperator.Add or BinaryOperator.Subtract, "Date" or "DateTime" or "Time", "Quantity") => left,
        (BinaryOperator.Divide, "Integer" or "Decimal", "Integer" or "Decimal") => "Decimal",
        (BinaryOperator.Div, "Integer" or "Decimal", "Integer" or "Decimal") => "Integer",
        (_, "Integer", "Integer") => "Integer",
        (_, "Integer" or "Decimal", "Integer" or "Decimal") => "Decimal",
        (_, "Integer" or "Decimal" or "Quantity", "Integer" or "Decimal" or "Quantity") => "Quantity",
        _ => null,
    };

    private static Typing ValuesOf(Typing operand, params string[] values) => operand.IsOpen
        ? operand.Single
        : new Typing([.. operand.Types.Select(type => type.Value).Where(values.Contains).Distinct().Select(value => StaticType.Of(value!))]);

    private static bool CanOrder(Typing left, Typing right) => AnyPair(left, right, (first, second) =>
        first.Value is { } one && second.Value is { } other && one != "Boolean" && AreAlike(one, other));

    private static bool CanMatch(Typing left, Typing right) => AnyPair(left, right, (first, second) =>
    {
        if (first.Value is { } one && second.Value is { } other && AreAlike(one, other)) return true;
        return first.Fhir is { } type && second.Fhir is { } partner && (type.IsA(partner.Name) || partner.IsA(type.Name));
    });

    private static bool AreAlike(string left, string right) =>
        left == right
        || (left is "Date" or "DateTime" && right is "Date" or "DateTime")
        || ((Numbers.Contains(left) || left == "Quantity") && (Numbers.Contains(right) || right == "Quantity"));

    private static bool AnyPair(Typing left, Typing right, Func<StaticType, StaticType, bool> fits) =>
        left.IsOpen || right.IsOpen || left.Types.Count == 0 || right.Types.Count == 0
        || left.Types.Any(first => right.Types.Any(second => fits(first, second)));
}
