using System.Collections.Concurrent;
using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Functions;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>An operator between two operands, both evaluated.</summary>
internal sealed class BinaryEvaluator(BinaryOperator kind, Evaluator left, Evaluator right, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        frame.Step();
        var first = left.Evaluate(frame, focus);
        var second = right.Evaluate(frame, focus);
        return kind switch
        {
            BinaryOperator.Equivalent => Collection.Of(frame.Equality.AreEquivalent(first, second)),
            BinaryOperator.NotEquivalent => Collection.Of(!frame.Equality.AreEquivalent(first, second)),
            BinaryOperator.Less => ComparisonOperators.Compare(frame, first, second, site, order => order < 0),
            BinaryOperator.LessOrEqual => ComparisonOperators.Compare(frame, first, second, site, order => order <= 0),
            BinaryOperator.Greater => ComparisonOperators.Compare(frame, first, second, site, order => order > 0),
            BinaryOperator.GreaterOrEqual => ComparisonOperators.Compare(frame, first, second, site, order => order >= 0),
            BinaryOperator.In => CollectionOperators.IsMember(frame, first, second, site),
            BinaryOperator.Contains => CollectionOperators.IsMember(frame, second, first, site),
            BinaryOperator.Add => MathOperators.Add(frame, first, second, site),
            BinaryOperator.Subtract => MathOperators.Subtract(first, second, site),
            BinaryOperator.Multiply => MathOperators.Multiply(first, second, site),
            BinaryOperator.Divide => MathOperators.Divide(first, second, site),
            BinaryOperator.Div => MathOperators.Div(first, second, site),
            BinaryOperator.Mod => MathOperators.Mod(first, second, site),
            BinaryOperator.Concatenate => MathOperators.Concatenate(frame, first, second, site),
            _ => throw new UnreachableException(),
        };
    }
}

/// <summary>Boolean logic in three values; the right side is left alone when the left decides. https://hl7.org/fhirpath/N1/#boolean-logic</summary>
internal sealed class LogicEvaluator(BinaryOperator kind, Evaluator left, Evaluator right, Site own) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus) => Collection.Of(Holds(frame, focus));

    public override bool? Holds(Frame frame, in Focus focus, Site site) => Holds(frame, focus);

    private bool? Holds(Frame frame, in Focus focus)
    {
        frame.Step();
        var first = left.Holds(frame, focus, own);
        return BooleanOperators.Decide(kind, first) ?? BooleanOperators.Combine(kind, first, right.Holds(frame, focus, own));
    }
}

/// <summary><c>=</c> and <c>!=</c>. https://hl7.org/fhirpath/N1/#equals</summary>
internal sealed class EqualEvaluator(bool isNegated, Evaluator left, Evaluator right) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus) => Collection.Of(AreEqual(frame, focus));

    public override bool? Holds(Frame frame, in Focus focus, Site site) => AreEqual(frame, focus);

    private bool? AreEqual(Frame frame, in Focus focus)
    {
        frame.Step();
        var first = default(CollectionBuilder);
        left.EvaluateInto(frame, focus, ref first);
        var second = default(CollectionBuilder);
        right.EvaluateInto(frame, focus, ref second);
        var areEqual = first.Count == 1 && second.Count == 1
            ? frame.Equality.AreEqual(first[0], second[0])
            : frame.Equality.AreEqual(first.ToCollection(), second.ToCollection());
        return isNegated ? !areEqual : areEqual;
    }
}

/// <summary><c>left | right</c>: the items of both, left ones first, without repetitions. https://hl7.org/fhirpath/N1/#union-collections</summary>
internal sealed class UnionEvaluator(Evaluator left, Evaluator right) : Evaluator
{
    /// <summary>A union of unions is one: repetitions are looked for once, at the end.</summary>
    private readonly Evaluator[] branches = left is UnionEvaluator more ? [.. more.branches, right] : [left, right];

    /// <summary>By type of a root: the branches that can give something. Those of search parameters of many types mostly begin with another type.</summary>
    private readonly ConcurrentDictionary<TypeSchema, Evaluator[]> ofRoots = new();

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        frame.Step();
        var both = default(CollectionBuilder);
        foreach (var branch in BranchesFor(focus)) branch.EvaluateInto(frame, focus, ref both);
        frame.Step(both.Count);
        return ExistenceFunctions.Distinct(frame, both.ToCollection());
    }

    private Evaluator[] BranchesFor(in Focus focus)
    {
        if (focus.Count != 1 || focus[0] is not { IsElement: true, Element: { Property: null } root }) return branches;
        return ofRoots.TryGetValue(root.Type, out var some) ? some : ofRoots[root.Type] = Select(root);
    }

    /// <summary>Apart from its caller, which would otherwise allocate for what the condition captures each time.</summary>
    private Evaluator[] Select(Model.Elements.Element root) =>
        [.. branches.Where(branch => branch.RootType is not { } type || !TypeRootEvaluator.IsForeign(type, root))];
}

/// <summary><c>-operand</c>, <c>+operand</c>.</summary>
internal sealed class SignEvaluator(bool isMinus, Evaluator operand, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        frame.Step();
        var value = operand.Evaluate(frame, focus);
        return value.SingleValue(site) switch
        {
            null => Collection.Empty,
            SystemValue.Integer(var integer) => isMinus ? MathOperators.Integer(-(long)integer) : Collection.Of(integer),
            SystemValue.Decimal(var number) => Collection.Of(isMinus ? -number : number),
            SystemValue.Quantity quantity => Collection.Of(isMinus ? quantity with { Value = -quantity.Value } : quantity),
            _ => throw site.Expected("a number or Quantity", value),
        };
    }
}

/// <summary><c>is</c>, <c>as</c> and <c>ofType()</c>.</summary>
internal sealed class TypeEvaluator(Evaluator operand, TypeMatch match, bool isTest, Site site) : Evaluator
{
    public override string? RootType => operand.RootType;

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        operand.EvaluateInto(frame, focus, ref items);
        if (isTest)
        {
            if (items.Count > 1) throw site.Expected("one item", items.ToCollection());
            if (items.Count == 1) result.Add((SystemValue)SystemValue.Boolean.Of(match.Is(items[0])));
            return;
        }

        for (var i = 0; i < items.Count; i++)
            if (match.Selects(items[i])) result.Add(items[i]);
        items.Release();
    }
}
