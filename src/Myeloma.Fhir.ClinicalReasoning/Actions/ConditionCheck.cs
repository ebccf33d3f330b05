using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Conditions of actions, three-valued: met, not met, or not known, which is always said.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.condition. Conditions of applicability decide now. Those of start and stop are for
/// whoever carries the plan out, and go into the result; how they stand now is said.
/// </remarks>
internal sealed class ConditionCheck(ApplyRun run)
{
    /// <summary>Characters of an expression that are shown.</summary>
    private const int MaxExpression = 200;

    /// <summary>Whether all conditions of applicability are met. One that is not met decides, whatever the others are.</summary>
    /// <returns>False also when one is not known: a warning then says which and why. Of one that is not met an information says so.</returns>
    public bool Applies(Element action, ExpressionScope scope)
    {
        var unknown = new List<(Element Condition, ExpressionAnswer Answer)>();
        foreach (var condition in action.Children("condition"))
        {
            var answer = Evaluate(condition, scope, out var isMet);
            switch (condition.TextOf("kind"))
            {
                case "start" or "stop":
                    Tell(condition, scope, answer, isMet);
                    break;
                case var _ when isMet == false:
                    run.Report(IssueSeverity.Information, IssueType.Informational, scope.Definition, condition, $"{Called(action)} does not apply, and is left out: {WordsOf(condition)} is not met.", ApplyMessage.ConditionUnmet);
                    return false;
                case var _ when isMet is null:
                    unknown.Add((condition, answer));
                    break;
            }
        }

        foreach (var (condition, answer) in unknown)
            run.Report(IssueSeverity.Warning, answer.Type, scope.Definition, condition, $"it is not known whether {Called(action)} applies, and it is left out: {answer.Why}.", ApplyMessage.ConditionUnknown);
        return unknown.Count == 0;
    }

    private ExpressionAnswer Evaluate(Element condition, ExpressionScope scope, out bool? isMet)
    {
        isMet = null;
        if (condition.Child("expression") is not { } expression) return ExpressionAnswer.Unknown("the condition has no expression", IssueType.Required);
        var answer = run.Evaluate(expression, scope);
        if (answer.Items is not { } items) return answer;
        if (items.Count == 1 && items[0].ToSystem() is SystemValue.Boolean { Value: var value })
        {
            isMet = value;
            return answer;
        }

        return items.Count == 0
            ? ExpressionAnswer.Unknown("the condition gives neither true nor false for this subject; something it asks for is not stated")
            : ExpressionAnswer.Unknown($"the condition gives {items.Count} items instead of true or false", IssueType.Invalid);
    }

    private void Tell(Element condition, ExpressionScope scope, ExpressionAnswer answer, bool? isMet)
    {
        var kind = condition.TextOf("kind");
        if (isMet is null)
            run.Report(IssueSeverity.Warning, answer.Type, scope.Definition, condition, $"the {kind} condition can't be evaluated now: {answer.Why}.", ApplyMessage.ConditionUnknown);
        else if (isMet == (kind == "stop"))
            run.Report(IssueSeverity.Information, IssueType.Informational, scope.Definition, condition, $"the {kind} condition is {(isMet.Value ? "met" : "not met")} at the time of the request.", ApplyMessage.ConditionNow);
    }

    /// <summary>What a condition says of itself, else its expression.</summary>
    private static string WordsOf(Element condition)
    {
        var expression = condition.Child("expression");
        if (expression?.TextOf("description") is { } description) return $"the condition '{description}'";
        return expression?.TextOf("expression") is not { } text ? "the condition" : $"the condition {(text.Length <= MaxExpression ? text : text[..MaxExpression] + "…")}";
    }

    private static string Called(Element action) => action.TextOf("title") is { } title ? $"the action '{title}'" : action.TextOf("id") is { } id ? $"the action '{id}'" : "the action";
}
