using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Values that a definition computes for elements of the action or of the request. https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.dynamicValue</summary>
/// <remarks>What can't be computed or has no place is left as it was, and said.</remarks>
internal sealed class DynamicValues(ApplyRun run)
{
    /// <summary>Applies all of them in order, so that a later one sees what earlier ones set.</summary>
    /// <param name="source">The action of a plan, or the activity, that states them.</param>
    /// <param name="action">The action of the result; null for those of an activity.</param>
    /// <param name="request">What the action's definition made; null when it made nothing.</param>
    public void Apply(Element source, ExpressionScope scope, ResourceDraft? action, ResourceDraft? request)
    {
        foreach (var value in source.Children("dynamicValue"))
            if (Set(value, scope, action, request) is { } fault)
                run.Report(IssueSeverity.Warning, fault.Type, scope.Definition, value, $"the value of '{value.TextOf("path")}' is not set: {fault.Why}.", ApplyMessage.DynamicValue);
    }

    private ExpressionAnswer? Set(Element value, ExpressionScope scope, ResourceDraft? action, ResourceDraft? request)
    {
        if (value.TextOf("path") is not { } text) return ExpressionAnswer.Unknown("it has no path", IssueType.Required);
        if (value.Child("expression") is not { } expression) return ExpressionAnswer.Unknown("it has no expression", IssueType.Required);
        if (DynamicPath.Parse(text, run.Limits.MaxIndex) is not { } path) return ExpressionAnswer.Unknown("this is no path of element names and indexes", IssueType.Invalid);
        if (TargetOf(path, action, request) is not { } target) return ExpressionAnswer.Unknown("neither the action nor its request has such an element", IssueType.Invalid);
        var answer = run.Evaluate(expression, scope);
        if (answer.Items is not { } items) return answer;
        if (items.Count == 0) return ExpressionAnswer.Unknown("the expression gives nothing for this subject");
        return new DynamicSetting(items).Set(target.Draft, target.Path) is { } why ? ExpressionAnswer.Unknown(why, IssueType.Value) : null;
    }

    /// <summary>What the path is about: <c>action.title</c> and <c>%action.title</c> the action, else the request, else the action.</summary>
    private static (ResourceDraft Draft, DynamicPath Path)? TargetOf(DynamicPath path, ResourceDraft? action, ResourceDraft? request)
    {
        if (path.IsOfAction) return action is not null && action.Has(path.First) ? (action, path) : null;
        if (request is not null)
        {
            var inside = path.Without(request.Type.Name);
            if (inside.Steps.Count > 0 && DynamicPath.Find(request.Type, inside.First) is not null) return (request, inside);
        }

        return action is not null && DynamicPath.Find(action.Type, path.First) is not null ? (action, path) : null;
    }
}
