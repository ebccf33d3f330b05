using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>How the conditions that a plan states stand for a subject, without making anything of the plan. Pure, as <see cref="PlanDefinitionApply"/>.</summary>
public sealed class PlanRequirements(ApplySources sources, ApplyLimits? limits = null)
{
    private readonly ApplyLimits limits = limits ?? ApplyLimits.Default;

    /// <param name="plan">A PlanDefinition, of any status.</param>
    /// <returns>One for each action at the top of the plan that has a condition of applicability, in their order; empty when there is none.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public IReadOnlyList<PlanRequirement> Of(Element plan, ApplyRequest request, CancellationToken cancellationToken = default)
    {
        var run = new ApplyRun(request, sources, limits, cancellationToken);
        var definition = new Definition(plan);
        run.Open(definition);
        var (check, found) = (new ConditionCheck(run), new List<PlanRequirement>());
        foreach (var action in plan.Children("action"))
        {
            run.Enter(1);
            if (!HasCondition(action)) continue;
            var before = run.Issues.Count;
            var isMet = check.Applies(action, new ExpressionScope(definition, action, definition));
            List<Issue> unknown = [.. run.Issues.Skip(before).Where(issue => issue.MessageId == ApplyMessage.ConditionUnknown)];
            found.Add(new PlanRequirement(action, isMet ? true : unknown.Count > 0 ? null : false, unknown));
        }

        return found;
    }

    /// <summary>Whether an action at the top of a plan has a condition of applicability.</summary>
    public static bool AreIn(Element plan)
    {
        foreach (var action in plan.Children("action"))
            if (HasCondition(action)) return true;
        return false;
    }

    private static bool HasCondition(Element action)
    {
        foreach (var condition in action.Children("condition"))
            if (condition.TextOf("kind") == "applicability") return true;
        return false;
    }
}

/// <summary>How the conditions of an action stand.</summary>
/// <param name="IsMet">Null: not known.</param>
/// <param name="Unknown">Why it is not known; empty when it is.</param>
public sealed record PlanRequirement(Element Action, bool? IsMet, IReadOnlyList<Issue> Unknown);
