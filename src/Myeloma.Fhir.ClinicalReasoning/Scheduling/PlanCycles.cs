using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>The cycles that a plan states, each with what is given on which of its days: for a table, without dates.</summary>
public sealed class PlanCycles(ApplySources sources, ApplyLimits? limits = null)
{
    private readonly ApplyLimits limits = limits ?? ApplyLimits.Default;

    /// <param name="plan">A PlanDefinition, of any status.</param>
    /// <returns>In the order of the plan and of the plans it uses; empty when it states none.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public IReadOnlyList<PlanCycle> Of(Element plan, CancellationToken cancellationToken = default)
    {
        var applied = new ApplyRequest { Subject = "", Now = DateTimeOffset.UnixEpoch };
        var run = new ApplyRun(applied, sources with { Resources = _ => null, SubjectData = _ => [] }, limits, cancellationToken);
        var (definition, cycles) = (new Definition(plan), new List<PlanCycle>());
        run.Open(definition);
        Collect(run, definition, plan, null, 1, cycles);
        return cycles;
    }

    private static void Collect(ApplyRun run, Definition plan, Element parent, string? part, int depth, List<PlanCycle> cycles)
    {
        foreach (var action in parent.Children("action"))
        {
            run.Enter(depth);
            var definition = DefinitionOf(run, plan, action);
            if (CycleTiming.Of(action) is { } cycle && action.Child("action") is not null)
            {
                var members = new List<PlanCycleMember>();
                AddMembers(run, plan, action, depth + 1, members);
                cycles.Add(new PlanCycle(part, new ScheduledAction(action, "", null).Title, cycle.InWords, cycle.Count, members));
            }
            else if (definition is { Type: "PlanDefinition" } nested)
            {
                if (run.Open(nested) is not null) continue;
                Collect(run, nested, nested.Root, action.TextOf("title") ?? nested.Root.TextOf("title"), depth + 1, cycles);
                run.Close();
            }
            else
            {
                Collect(run, plan, action, part, depth + 1, cycles);
            }
        }
    }

    private static void AddMembers(ApplyRun run, Definition plan, Element parent, int depth, List<PlanCycleMember> members)
    {
        foreach (var action in parent.Children("action"))
        {
            run.Enter(depth);
            if (action.Child("action") is not null)
            {
                AddMembers(run, plan, action, depth + 1, members);
                continue;
            }

            var activity = DefinitionOf(run, plan, action)?.Root;
            var days = DaysOfCycle.Of(action) is { Count: > 0 } own ? own : activity is { } known ? DaysOfCycle.Of(known) : [];
            var title = new ScheduledAction(action, "", activity).Title ?? action.TextOf("id") ?? "";
            members.Add(new PlanCycleMember(title, activity?.Child("dosage")?.TextOf("text"), [.. days.Select(day => day.Number).Distinct().Order()]));
        }
    }

    private static Definition? DefinitionOf(ApplyRun run, Definition plan, Element action) =>
        action.Child("definition") is { Text: { } canonical, Type.Name: "canonical" } ? run.Definitions.Find(canonical, plan) : null;
}

/// <summary>A cycle of a plan.</summary>
/// <param name="Part">The part of the plan it stands in; null where there are none.</param>
/// <param name="Title">Null when nothing says what it is called.</param>
/// <param name="Length">In words: <c>21 days</c>.</param>
/// <param name="Count">How often it is repeated; null when that is not stated.</param>
public sealed record PlanCycle(string? Part, string? Title, string Length, int? Count, IReadOnlyList<PlanCycleMember> Members);

/// <summary>What is given in a cycle.</summary>
/// <param name="Dosage">In words; null when there are none.</param>
/// <param name="Days">Of the cycle, in order; empty when none is stated.</param>
public sealed record PlanCycleMember(string Title, string? Dosage, IReadOnlyList<int> Days);
