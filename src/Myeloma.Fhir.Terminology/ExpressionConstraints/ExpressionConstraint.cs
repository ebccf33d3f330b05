namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>An expression of SNOMED CT's Expression Constraint Language, as written. https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language</summary>
internal abstract record ExpressionConstraint
{
    /// <summary>One concept.</summary>
    public sealed record Concept(string Id) : ExpressionConstraint;

    /// <summary><c>*</c></summary>
    public sealed record Any : ExpressionConstraint;

    /// <summary><c>AND</c> and <c>OR</c> of two or more, <c>MINUS</c> of two.</summary>
    public sealed record Compound(ConstraintCombination Combination, IReadOnlyList<ExpressionConstraint> Parts) : ExpressionConstraint;

    /// <summary>Those with attributes: <c>focus : refinement</c>.</summary>
    public sealed record Refined(ExpressionConstraint Focus, Refinement Refinement) : ExpressionConstraint;

    /// <summary>The values of attributes: <c>focus . attribute</c>.</summary>
    public sealed record Dotted(ExpressionConstraint Focus, IReadOnlyList<ExpressionConstraint> Attributes) : ExpressionConstraint;

    public sealed record Related(HierarchyOperator Operator, ExpressionConstraint Focus) : ExpressionConstraint;

    /// <summary><c>^</c>: members of reference sets.</summary>
    /// <param name="Fields">Of the members that are told; null: the referenced components. <c>*</c> is one of its own.</param>
    public sealed record MemberOf(ExpressionConstraint ReferenceSets, IReadOnlyList<string>? Fields, IReadOnlyList<ConstraintFilter> Filters) : ExpressionConstraint;

    /// <summary><c>^R</c>: reference sets that have any of some concepts as members.</summary>
    public sealed record ContainingAny(ExpressionConstraint Concepts) : ExpressionConstraint;

    /// <summary>Those with one description for which all filters hold: <c>{{ D … }}</c>.</summary>
    public sealed record Described(ExpressionConstraint Focus, IReadOnlyList<ConstraintFilter> Filters) : ExpressionConstraint;

    /// <summary>Those for which all filters hold: <c>{{ C … }}</c>.</summary>
    public sealed record Filtered(ExpressionConstraint Focus, IReadOnlyList<ConstraintFilter> Filters) : ExpressionConstraint;

    /// <summary><c>{{ + HISTORY }}</c>: with the inactive concepts for which some of these stand now.</summary>
    /// <param name="Associations">The reference sets that say so; null: those of the profile.</param>
    public sealed record Supplemented(ExpressionConstraint Focus, HistoryProfile Profile, ExpressionConstraint? Associations) : ExpressionConstraint;
}

internal enum ConstraintCombination
{
    And,
    Or,
    Minus,
}

/// <summary>In the order of <c>&lt;</c>, <c>&lt;&lt;</c>, <c>&lt;!</c>, <c>&lt;&lt;!</c>, <c>&gt;</c>, <c>&gt;&gt;</c>, <c>&gt;!</c>, <c>&gt;&gt;!</c>, <c>!!&gt;</c>, <c>!!&lt;</c>.</summary>
internal enum HierarchyOperator
{
    DescendantOf,
    DescendantOrSelfOf,
    ChildOf,
    ChildOrSelfOf,
    AncestorOf,
    AncestorOrSelfOf,
    ParentOf,
    ParentOrSelfOf,
    Top,
    Bottom,
}

internal enum HistoryProfile
{
    Minimum,
    Moderate,
    Maximum,
}

/// <summary>What is asked of the attributes of a concept.</summary>
internal abstract record Refinement
{
    /// <param name="IsConjunction">All parts have to hold; else any.</param>
    public sealed record Combined(bool IsConjunction, IReadOnlyList<Refinement> Parts) : Refinement;

    /// <summary>So many role groups in each of which the inner refinement holds.</summary>
    public sealed record Group(Cardinality Cardinality, Refinement Inner) : Refinement;

    /// <summary>So many relationships of that kind.</summary>
    /// <param name="IsReverse">The concept is the value; what is written as the value has the attribute.</param>
    public sealed record Attribute(Cardinality Cardinality, bool IsReverse, ExpressionConstraint Name, AttributeValue Value) : Refinement;
}

/// <param name="Max">Null: any number.</param>
internal readonly record struct Cardinality(int Min, int? Max)
{
    /// <summary>Where none is written.</summary>
    public static readonly Cardinality Some = new(1, null);

    public bool Allows(int count) => count >= Min && (Max is null || count <= Max);
}

/// <summary>What the value of an attribute is compared with.</summary>
internal abstract record AttributeValue
{
    public sealed record Concepts(bool IsEqual, ExpressionConstraint Constraint) : AttributeValue;

    public sealed record Number(ComparisonOperator Operator, decimal Value) : AttributeValue;

    public sealed record Text(bool IsEqual, IReadOnlyList<SearchTerm> Terms) : AttributeValue;

    public sealed record Boolean(bool IsEqual, bool Value) : AttributeValue;
}

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <param name="IsWild">The text is the whole with <c>*</c> for anything (<c>\*</c> is the star itself); else beginnings of words in any order.</param>
internal sealed record SearchTerm(bool IsWild, string Text);

/// <summary>One condition in double braces.</summary>
internal abstract record ConstraintFilter
{
    /// <param name="Name">The keyword or field as written.</param>
    public sealed record Terms(string Name, bool IsEqual, IReadOnlyList<SearchTerm> Values) : ConstraintFilter;

    /// <summary>Words of a list: languages, types, statuses.</summary>
    public sealed record Tokens(string Name, bool IsEqual, IReadOnlyList<string> Values) : ConstraintFilter;

    /// <summary>Concepts: modules, types, statuses, components.</summary>
    public sealed record Concepts(string Name, bool IsEqual, ExpressionConstraint Constraint) : ConstraintFilter;

    /// <param name="Dialects">Each with the id of its reference set or its alias, and the acceptabilities that are wanted; none: any.</param>
    public sealed record Dialect(bool IsEqual, IReadOnlyList<(string Name, IReadOnlyList<string> Acceptabilities)> Dialects) : ConstraintFilter;

    /// <param name="Values">Dates as eight digits; empty: no date.</param>
    public sealed record Time(ComparisonOperator Operator, IReadOnlyList<string> Values) : ConstraintFilter;

    /// <param name="Value">Null for <c>*</c>.</param>
    public sealed record Active(bool IsEqual, bool? Value) : ConstraintFilter;

    public sealed record Number(string Name, ComparisonOperator Operator, decimal Value) : ConstraintFilter;
}
