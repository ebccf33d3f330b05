using System.Diagnostics;
using System.Globalization;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>Attributes, one concept at a time: what an attribute may be called and what its value may be is made out before.</summary>
internal sealed partial class ConstraintEvaluation
{
    private AttributeTable Attributes => AttributeTable.Of(system);

    private ConceptSet Refined(ConceptSet focus, Refinement refinement)
    {
        var condition = Prepare(refinement);
        var found = new List<int>();
        foreach (var ordinal in focus.From(0))
            if (Holds(condition, ordinal)) found.Add(ordinal);
        return ConceptSet.OfMany(found.ToArray(), system.Count);
    }

    /// <summary>The concepts that are values of an attribute of any of these.</summary>
    private ConceptSet ValuesOf(ConceptSet focus, ExpressionConstraint attribute)
    {
        var (names, table, found) = (Names(attribute), Attributes, new List<int>());
        foreach (var ordinal in focus.From(0))
        {
            Spend(1 + table.Starts[ordinal + 1] - table.Starts[ordinal]);
            if (names.IsA) found.AddRange(system.Hierarchy.Parents(ordinal));
            for (var row = table.Starts[ordinal]; row < table.Starts[ordinal + 1]; row++)
                if (names.Types[table.RowTypes[row]] && table.Values[row] >= 0) found.Add(table.Values[row]);
        }

        return ConceptSet.OfMany(found.ToArray(), system.Count);
    }

    private Condition Prepare(Refinement refinement) => refinement switch
    {
        Refinement.Combined(var isConjunction, var parts) => new Condition.Combined(isConjunction, [.. parts.Select(Prepare)]),
        Refinement.Group(var cardinality, var inner) => new Condition.Group(cardinality, Prepare(inner)),
        Refinement.Attribute attribute => Prepare(attribute),
        _ => throw new UnreachableException(),
    };

    private Condition.Attribute Prepare(Refinement.Attribute attribute)
    {
        var names = Names(attribute.Name);
        if (attribute.Value is AttributeValue.Concepts(var isEqual, var constraint))
        {
            var literals = Array.ConvertAll(Attributes.Literals, literal => literal.Kind is "code" or "Coding" && (constraint is ExpressionConstraint.Any || constraint is ExpressionConstraint.Concept(var id) && id == literal.Text) == isEqual);
            return new Condition.Attribute(attribute.Cardinality, attribute.IsReverse, names, Bits(Evaluate(constraint)), isEqual, literals);
        }

        if (attribute.IsReverse) throw NotSupported("reversed attributes whose value is no concept");
        return new Condition.Attribute(attribute.Cardinality, false, names, null, true, Array.ConvertAll(Attributes.Literals, literal => IsValue(attribute.Value, literal.Kind, literal.Text)));
    }

    private static bool IsValue(AttributeValue wanted, string kind, string text) => wanted switch
    {
        AttributeValue.Number(var comparison, var number) => kind is "decimal" or "integer" && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var value) && Compares(comparison, value.CompareTo(number)),
        AttributeValue.Text(var isEqual, var terms) => kind is "string" && terms.Any(term => TermMatch.Of(term).IsMatch(text)) == isEqual,
        AttributeValue.Boolean(var isEqual, var value) => kind is "boolean" or "string" && text is "true" or "false" && (text == "true") == value == isEqual,
        _ => throw new UnreachableException(),
    };

    private static bool Compares(ComparisonOperator comparison, int order) => comparison switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };

    /// <summary>What an attribute may be called; one that is named need not be a concept here. <c>*</c> is any but is-a, which makes the hierarchy.</summary>
    private AttributeNames Names(ExpressionConstraint name)
    {
        var types = Attributes.Types;
        if (name is ExpressionConstraint.Any) return new AttributeNames(false, Array.ConvertAll(types, _ => true));
        if (name is ExpressionConstraint.Concept(var id)) return new AttributeNames(id == SnomedCt.IsA, Array.ConvertAll(types, type => type == id));
        var meant = Evaluate(name);
        return new AttributeNames(IsMeant(SnomedCt.IsA), Array.ConvertAll(types, IsMeant));

        bool IsMeant(string type) => system.Find(type) is >= 0 and var ordinal && meant.Contains(ordinal);
    }

    private bool[] Bits(ConceptSet set)
    {
        Spend((system.Count / 8) + set.Count);
        var bits = new bool[system.Count];
        foreach (var ordinal in set.From(0)) bits[ordinal] = true;
        return bits;
    }

    private bool Holds(Condition condition, int ordinal) => condition switch
    {
        Condition.Combined(true, var parts) => Array.TrueForAll(parts, part => Holds(part, ordinal)),
        Condition.Combined(false, var parts) => Array.Exists(parts, part => Holds(part, ordinal)),
        Condition.Group(var cardinality, var inner) => cardinality.Allows(GroupsIn(inner, ordinal)),
        Condition.Attribute { IsReverse: true } attribute => attribute.Cardinality.Allows(CountTo(attribute, ordinal)),
        Condition.Attribute attribute => attribute.Cardinality.Allows(
            Count(attribute, Attributes.Starts[ordinal], Attributes.Starts[ordinal + 1]) + (attribute.Names.IsA ? CountOf(attribute, system.Hierarchy.Parents(ordinal)) : 0)),
        _ => throw new UnreachableException(),
    };

    /// <summary>In how many groups the condition holds. A relationship in no group with others is a group by itself; one of is-a only where is-a is named.</summary>
    private int GroupsIn(Condition inner, int ordinal)
    {
        var (table, count) = (Attributes, 0);
        var (row, end) = (table.Starts[ordinal], table.Starts[ordinal + 1]);
        while (row < end)
        {
            var next = row + 1;
            if (table.Groups[row] != 0)
                while (next < end && table.Groups[next] == table.Groups[row]) next++;
            if (HoldsIn(inner, row, next, -1)) count++;
            row = next;
        }

        if (!NamesIsA(inner)) return count;
        foreach (var parent in system.Hierarchy.Parents(ordinal))
            if (HoldsIn(inner, 0, 0, parent)) count++;
        return count;
    }

    private static bool NamesIsA(Condition condition) => condition is Condition.Attribute { Names.IsA: true } || (condition is Condition.Combined(_, var parts) && Array.Exists(parts, NamesIsA));

    /// <param name="parent">The value of an is-a relationship that is the group; -1 for none.</param>
    private bool HoldsIn(Condition condition, int from, int to, int parent) => condition switch
    {
        Condition.Combined(true, var parts) => Array.TrueForAll(parts, part => HoldsIn(part, from, to, parent)),
        Condition.Combined(false, var parts) => Array.Exists(parts, part => HoldsIn(part, from, to, parent)),
        Condition.Attribute attribute => attribute.Cardinality.Allows(Count(attribute, from, to) + (parent >= 0 && attribute.Names.IsA ? CountOf(attribute, [parent]) : 0)),
        _ => throw new UnreachableException(),
    };

    private int Count(Condition.Attribute attribute, int from, int to)
    {
        var (table, count) = (Attributes, 0);
        Spend(1 + to - from);
        for (var row = from; row < to; row++)
            if (attribute.Names.Types[table.RowTypes[row]] && attribute.IsWanted(table.Values[row])) count++;
        return count;
    }

    private static int CountOf(Condition.Attribute attribute, ReadOnlySpan<int> values)
    {
        var count = 0;
        foreach (var value in values)
            if (attribute.IsWanted(value)) count++;
        return count;
    }

    /// <summary>How many relationships lead to a concept from those that are wanted.</summary>
    private int CountTo(Condition.Attribute attribute, int ordinal)
    {
        var table = Attributes;
        var rows = table.RowsTo(ordinal);
        Spend(1 + rows.Length);
        var count = attribute.Names.IsA ? CountOf(attribute, system.Hierarchy.Children(ordinal)) : 0;
        foreach (var row in rows)
            if (attribute.Names.Types[table.RowTypes[row]] && attribute.IsWanted(table.Sources[row])) count++;
        return count;
    }

    /// <param name="Types">For each type of the table, whether it is one.</param>
    private sealed record AttributeNames(bool IsA, bool[] Types);

    /// <summary>A refinement whose expressions are evaluated.</summary>
    private abstract record Condition
    {
        public sealed record Combined(bool IsConjunction, Condition[] Parts) : Condition;

        public sealed record Group(Cardinality Cardinality, Condition Inner) : Condition;

        /// <param name="Concepts">For each ordinal, whether it is among those of the expression; null where no concept is a value that is wanted.</param>
        /// <param name="Literals">For each literal of the table, whether it is wanted.</param>
        public sealed record Attribute(Cardinality Cardinality, bool IsReverse, AttributeNames Names, bool[]? Concepts, bool IsEqual, bool[] Literals) : Condition
        {
            public bool IsWanted(int value) => value < 0 ? Literals[~value] : Concepts is not null && Concepts[value] == IsEqual;
        }
    }
}
