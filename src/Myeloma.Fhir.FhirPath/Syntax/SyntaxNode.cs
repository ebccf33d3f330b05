using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>The syntax tree of an expression. https://hl7.org/fhirpath/N1/grammar.html</summary>
/// <param name="Position">Zero-based offset in UTF-16 units of the token that makes the node.</param>
/// <param name="Depth">Levels below and including this one.</param>
public abstract record SyntaxNode(int Position, int Depth)
{
    /// <summary><c>'text'</c>, <c>1.50</c>, <c>@2015-02</c>, <c>4 'mg'</c>, <c>true</c>.</summary>
    public sealed record Literal(int Position, SystemValue Value) : SyntaxNode(Position, 1);

    /// <summary><c>{}</c>.</summary>
    public sealed record Empty(int Position) : SyntaxNode(Position, 1);

    /// <summary><c>%resource</c>, <c>%`vs-name`</c>; the name without the percent sign.</summary>
    public sealed record Variable(int Position, string Name) : SyntaxNode(Position, 1);

    /// <summary><c>$this</c>, <c>$index</c>, <c>$total</c>.</summary>
    public sealed record Special(int Position, SpecialVariable Kind) : SyntaxNode(Position, 1);

    /// <summary>A step <c>target.name</c>; without a target from <c>$this</c>, where a capital name may be its type.</summary>
    public sealed record Member(int Position, SyntaxNode? Target, string Name) : SyntaxNode(Position, 1 + (Target?.Depth ?? 0));

    /// <summary>A call <c>target.name(arguments)</c>; without a target on <c>$this</c>.</summary>
    public sealed record Call(int Position, SyntaxNode? Target, string Name, IReadOnlyList<SyntaxNode> Arguments)
        : SyntaxNode(Position, 1 + Math.Max(Target?.Depth ?? 0, Arguments.Count == 0 ? 0 : Arguments.Max(argument => argument.Depth)));

    /// <summary><c>target[index]</c>.</summary>
    public sealed record Indexer(int Position, SyntaxNode Target, SyntaxNode Index) : SyntaxNode(Position, 1 + Math.Max(Target.Depth, Index.Depth));

    /// <summary><c>-operand</c>, <c>+operand</c>.</summary>
    public sealed record Sign(int Position, bool IsMinus, SyntaxNode Operand) : SyntaxNode(Position, 1 + Operand.Depth);

    /// <summary>Two operands and an operator between them.</summary>
    public sealed record Binary(int Position, BinaryOperator Operator, SyntaxNode Left, SyntaxNode Right)
        : SyntaxNode(Position, 1 + Math.Max(Left.Depth, Right.Depth));

    /// <summary><c>operand is Type</c>, <c>operand as Type</c>.</summary>
    public sealed record TypeOperation(int Position, bool IsTest, SyntaxNode Operand, TypeSpecifier Type) : SyntaxNode(Position, 1 + Operand.Depth);
}

/// <summary>https://hl7.org/fhirpath/N1/#functions: what lambdas see.</summary>
public enum SpecialVariable
{
    This,
    Index,
    Total,
}

/// <summary>https://hl7.org/fhirpath/N1/#operator-precedence, strongest first.</summary>
public enum BinaryOperator
{
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

/// <summary>A type as an expression names it. https://hl7.org/fhirpath/N1/#types-and-reflection</summary>
/// <param name="Namespace"><c>FHIR</c>, <c>System</c>, or null: FHIR for elements, System for computed values.</param>
public sealed record TypeSpecifier(string? Namespace, string Name)
{
    public override string ToString() => Namespace is null ? Name : $"{Namespace}.{Name}";
}
