using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Functions;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>An operator between two operands, both evaluated.</summary>
internal sealed class BinaryEvaluator(BinaryOperator kind, Evaluator left, Evaluator right, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        frame.Step();
        var first = left.Evaluate(frame, focus);
        var second = right.Evaluate(frame, focus);
        return kind switch
        {
            BinaryOperator.Equal => Collection.Of(frame.Equality.AreEqual(first, second)),
            BinaryOperator.NotEqual => Collection.Of(!frame.Equality.AreEqual(first, second)),
            BinaryOperator.Equivalent => Collection.Of(frame.Equality.AreEquivalent(first, second)),
            BinaryOperator.NotEquivalent => Collection.Of(!frame.Equality.AreEquivalent(first, second)),
            BinaryOperator.Less => ComparisonOperators.Compare(frame, first, second, site, order => order < 0),
            BinaryOperator.LessOrEqual => ComparisonOperators.Compare(frame, first, second, site, order => order <= 0),
            BinaryOperator.Greater => ComparisonOperators.Compare(frame, first, second, site, order => order > 0),
            BinaryOperator.GreaterOrEqual => ComparisonOperators.Compare(frame, first, second, site, order => order >= 0),
            BinaryOperator.Union => CombiningFunctions.Union(frame, first, second),
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
internal sealed class LogicEvaluator(BinaryOperator kind, Evaluator left, Evaluator right, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        frame.Step();
        var first = left.Evaluate(frame, focus).SingleBoolean(site);
        if (BooleanOperators.Decide(kind, first) is { } decided) return Collection.Of(decided);
        return Collection.Of(BooleanOperators.Combine(kind, first, right.Evaluate(frame, focus).SingleBoolean(site)));
    }
}

/// <summary><c>-operand</c>, <c>+operand</c>.</summary>
internal sealed class SignEvaluator(bool isMinus, Evaluator operand, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
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
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        frame.Step();
        var items = operand.Evaluate(frame, focus);
        if (items.Count == 0) return items;
        if (isTest) return Collection.Of(match.Is(items.SingleItem(site)!.Value));
        if (items.Count == 1) return match.Selects(items[0]) ? items : Collection.Empty;
        var result = default(CollectionBuilder);
        foreach (var item in items)
            if (match.Selects(item)) result.Add(item);
        return result.ToCollection();
    }
}
