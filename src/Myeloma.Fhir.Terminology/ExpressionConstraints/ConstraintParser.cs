using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>Reads an expression constraint by the brief syntax of version 2.3, without ever going back.</summary>
/// <remarks>https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language, appendix A. <c>AND</c> and <c>OR</c> beside each other need brackets.</remarks>
internal sealed partial class ConstraintParser
{
    private static readonly (string Sign, HierarchyOperator Operator)[] Operators =
    [
        ("!!>", HierarchyOperator.Top), ("!!<", HierarchyOperator.Bottom), ("<<!", HierarchyOperator.ChildOrSelfOf), ("<<", HierarchyOperator.DescendantOrSelfOf),
        ("<!", HierarchyOperator.ChildOf), ("<", HierarchyOperator.DescendantOf), (">>!", HierarchyOperator.ParentOrSelfOf), (">>", HierarchyOperator.AncestorOrSelfOf),
        (">!", HierarchyOperator.ParentOf), (">", HierarchyOperator.AncestorOf),
    ];

    private readonly ConstraintText text;
    private readonly int maxDepth;
    private readonly IReadOnlyDictionary<int, int> closings;
    private int depth;

    private ConstraintParser(string constraint, int maxDepth, string? expression)
    {
        (text, this.maxDepth) = (new ConstraintText(constraint, expression), maxDepth);
        closings = text.Closings();
    }

    /// <param name="expression">FHIRPath of where the constraint stands, for faults.</param>
    /// <exception cref="FhirException"><c>invalid</c>: it is none, with the place and what was expected there; <c>too-costly</c>: too long, or nested too deep.</exception>
    public static ExpressionConstraint Parse(string constraint, TerminologyLimits limits, string? expression)
    {
        if (constraint.Length > limits.MaxConstraintLength) throw TerminologyIssues.ConstraintTooLong(constraint.Length, limits.MaxConstraintLength, expression);
        var parser = new ConstraintParser(constraint, limits.MaxConstraintDepth, expression);
        parser.text.SkipBlanks();
        var parsed = parser.Expression();
        return parser.text.Next == '\0' && parser.text.Position >= constraint.Length ? parsed : throw parser.text.Expected("the end, or an operator; parts that AND, OR, MINUS, a colon or a dot join further need brackets");
    }

    private ExpressionConstraint Expression()
    {
        Enter();
        var first = SubExpression();
        ExpressionConstraint whole = first;
        if (text.Take(":")) whole = new ExpressionConstraint.Refined(first, RefinementOf(isInGroup: false));
        else if (text.Next == '.') whole = Dotted(first);
        else if (Combination() is { } combination) whole = Compound(first, combination);
        depth--;
        return whole;
    }

    private ExpressionConstraint.Dotted Dotted(ExpressionConstraint focus)
    {
        var attributes = new List<ExpressionConstraint>();
        while (text.Take(".")) attributes.Add(SubExpression());
        return new ExpressionConstraint.Dotted(focus, attributes);
    }

    private ExpressionConstraint.Compound Compound(ExpressionConstraint first, ConstraintCombination combination)
    {
        List<ExpressionConstraint> parts = [first, SubExpression()];
        for (var at = text.Position; Combination() is { } next; at = text.Position)
        {
            if (next != combination || next == ConstraintCombination.Minus) throw text.Expected("brackets that say what belongs together", at);
            parts.Add(SubExpression());
        }

        return new ExpressionConstraint.Compound(combination, parts);
    }

    /// <summary>Takes AND, a comma, OR or MINUS; null when none is next.</summary>
    private ConstraintCombination? Combination() =>
        text.Take(",") || text.TakeWord("AND") ? ConstraintCombination.And
        : text.TakeWord("OR") ? ConstraintCombination.Or
        : text.TakeWord("MINUS") ? ConstraintCombination.Minus
        : null;

    private ExpressionConstraint SubExpression()
    {
        Enter();
        HierarchyOperator? related = null;
        foreach (var (sign, each) in Operators)
        {
            if (!text.Take(sign)) continue;
            related = each;
            break;
        }

        var focus = text.Next == '^' ? Members() : Focus();
        if (related is { } relation) focus = new ExpressionConstraint.Related(relation, focus);
        focus = Filtered(focus);
        depth--;
        return focus;
    }

    private ExpressionConstraint Members()
    {
        text.Require("^");
        if (text.Next == 'R' && !char.IsAsciiLetter(text.Peek(1)))
        {
            text.Require("R");
            return new ExpressionConstraint.ContainingAny(Focus());
        }

        List<string>? fields = null;
        if (text.Take("["))
        {
            fields = [];
            do fields.Add(text.Take("*") ? "*" : Field());
            while (text.Take(","));
            text.Require("]");
        }

        return new ExpressionConstraint.MemberOf(Focus(), fields, MemberFilters());
    }

    private string Field()
    {
        var name = text.TakeWhile(char.IsAsciiLetter);
        if (name.Length == 0) throw text.Expected("the name of a field");
        text.SkipBlanks();
        return name;
    }

    private ExpressionConstraint Focus()
    {
        if (text.Take("("))
        {
            var inner = Expression();
            text.Require(")");
            return inner;
        }

        if (text.Take("*")) return new ExpressionConstraint.Any();
        if (char.IsAsciiLetter(text.Next) || text.Next == '"')
            throw text.PeekWord() is var word && text.Peek(word.Length) == '#' ? text.NotSupported("alternate identifiers: the codes that other schemes have for concepts are not kept here") : text.Expected("a concept, *, ^ or an opening bracket");
        return new ExpressionConstraint.Concept(ConceptId());
    }

    /// <summary>An identifier of SNOMED CT, 6 to 18 digits, with the term behind it.</summary>
    private string ConceptId()
    {
        var start = text.Position;
        var id = text.TakeWhile(char.IsAsciiDigit);
        if (id.Length is < 6 or > 18 || id[0] == '0') throw text.Expected("the identifier of a concept (6 to 18 digits)", start);
        text.SkipTerm();
        return id;
    }

    private void Enter()
    {
        if (++depth > maxDepth) throw TerminologyIssues.ConstraintTooDeep(maxDepth, text.Expression);
    }
}
