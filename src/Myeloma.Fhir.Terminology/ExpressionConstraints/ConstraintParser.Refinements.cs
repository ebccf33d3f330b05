namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>What stands behind the colon: attributes, groups of them, and what joins them.</summary>
internal sealed partial class ConstraintParser
{
    private Refinement RefinementOf(bool isInGroup)
    {
        Enter();
        var parts = new List<Refinement> { SubRefinement(isInGroup) };
        bool? isConjunction = null;
        for (var at = text.Position; Combination() is { } combination; at = text.Position)
        {
            if (combination == ConstraintCombination.Minus) throw text.Expected("AND or OR between attributes", at);
            if ((isConjunction ??= combination == ConstraintCombination.And) != (combination == ConstraintCombination.And)) throw text.Expected("brackets that say what belongs together", at);
            parts.Add(SubRefinement(isInGroup));
        }

        depth--;
        return parts.Count == 1 ? parts[0] : new Refinement.Combined(isConjunction!.Value, parts);
    }

    private Refinement SubRefinement(bool isInGroup)
    {
        // An opening bracket begins the name of an attribute when a comparison comes behind it.
        if (text.Next == '(' && text.Behind(closings) is not ('=' or '<' or '>'))
        {
            text.Require("(");
            var inner = RefinementOf(isInGroup);
            text.Require(")");
            return inner;
        }

        var cardinality = CardinalityOf();
        if (text.Next == '{')
        {
            if (isInGroup) throw text.Expected("an attribute; groups have no groups in them");
            text.Require("{");
            var inner = RefinementOf(isInGroup: true);
            text.Require("}");
            return new Refinement.Group(cardinality, inner);
        }

        return Attribute(cardinality, isInGroup);
    }

    /// <summary><c>[1..3]</c>; where none is written, at least one.</summary>
    private Cardinality CardinalityOf()
    {
        if (!text.Take("[")) return Cardinality.Some;
        var at = text.Position;
        var min = text.TakeCount();
        text.Require("..");
        int? max = text.Take("*") ? null : text.TakeCount();
        text.SkipBlanks();
        text.Require("]");
        return max < min ? throw text.Expected("a cardinality whose end is not before its beginning", at) : new Cardinality(min, max);
    }

    private Refinement.Attribute Attribute(Cardinality cardinality, bool isInGroup)
    {
        var isReverse = text.Next == 'R' && !char.IsAsciiLetter(text.Peek(1)) && text.Peek(1) is not ('#' or '-');
        if (isReverse)
        {
            if (isInGroup) throw text.NotSupported("reversed attributes in a group: the groups are those of the other concept");
            text.Require("R");
        }

        return new Refinement.Attribute(cardinality, isReverse, SubExpression(), Value());
    }

    private AttributeValue Value()
    {
        var at = text.Position;
        var comparison = Comparison();
        if (text.Take("#")) return new AttributeValue.Number(comparison, text.TakeNumber());
        if (comparison is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual)) throw text.Expected("= or != (<, <=, > and >= compare with a number: #5)", at);
        var isEqual = comparison == ComparisonOperator.Equal;
        if (IsTerm()) return new AttributeValue.Text(isEqual, Terms());
        if (text.TakeWord("true")) return new AttributeValue.Boolean(isEqual, true);
        if (text.TakeWord("false")) return new AttributeValue.Boolean(isEqual, false);
        return new AttributeValue.Concepts(isEqual, SubExpression());
    }

    private ComparisonOperator Comparison()
    {
        foreach (var (sign, comparison) in Comparisons)
            if (text.Take(sign)) return comparison;
        throw text.Expected("=, !=, <, <=, > or >=");
    }

    private static readonly (string Sign, ComparisonOperator Operator)[] Comparisons =
    [
        ("!=", ComparisonOperator.NotEqual), ("<=", ComparisonOperator.LessOrEqual), (">=", ComparisonOperator.GreaterOrEqual), ("=", ComparisonOperator.Equal), ("<", ComparisonOperator.Less), (">", ComparisonOperator.Greater),
    ];

    /// <summary>Whether a text to search for is next, or a bracket with such texts.</summary>
    private bool IsTerm()
    {
        if (text.Next == '"' || text.PeekWord() is "match" or "wild" or "MATCH" or "WILD" or "Match" or "Wild") return true;
        if (text.Next != '(') return false;
        var ahead = 1;
        while (text.Peek(ahead) is ' ' or '\t' or '\r' or '\n') ahead++;
        return text.Peek(ahead) is '"' or 'm' or 'w' or 'M' or 'W';
    }

    private List<SearchTerm> Terms()
    {
        if (!text.Take("(")) return [Term()];
        var terms = new List<SearchTerm>();
        do terms.Add(Term());
        while (!text.Take(")"));
        return terms;
    }

    private SearchTerm Term()
    {
        var isWild = text.TakeWord("wild");
        if (isWild || text.TakeWord("match")) text.Require(":");
        var at = text.Position;
        var value = text.TakeQuoted(keepsEscapes: isWild);
        return value.AsSpan().Trim().IsEmpty ? throw text.Expected("a text that is not empty", at) : new SearchTerm(isWild, value);
    }
}
