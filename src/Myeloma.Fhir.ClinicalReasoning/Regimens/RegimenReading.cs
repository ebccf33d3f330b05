using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Reads what a plan states, with the activities and plans it uses. Nothing is passed over but what only tells of the resource: ids, narrative, versions, dates, publishers.</summary>
public sealed class RegimenReading
{
    private readonly ApplyRun run;
    private readonly List<RegimenPart> parts = [];

    private RegimenReading(ApplyRun run) => this.run = run;

    /// <param name="plan">A PlanDefinition, of any status and shape.</param>
    /// <returns>The plan's content; a plan without actions has one part without members.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: past a limit.</exception>
    public static RegimenContent Of(Element plan, ApplySources sources, ApplyLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var request = new ApplyRequest { Subject = "", Now = DateTimeOffset.UnixEpoch };
        var reading = new RegimenReading(new ApplyRun(request, sources with { Resources = _ => null, SubjectData = _ => [] }, limits ?? ApplyLimits.Default, cancellationToken));
        var definition = new Definition(plan);
        reading.run.Open(definition);
        reading.AddPart(-1, null, false, [.. PlanFacts.Of(plan)], plan, definition, plan, 1);
        return new RegimenContent(plan, reading.parts);
    }

    /// <param name="holder">The element whose actions are read.</param>
    private void AddPart(int parent, string? title, bool isStep, List<RegimenFact> facts, Element place, Definition plan, Element holder, int depth)
    {
        var (index, members) = (parts.Count, new List<RegimenMember>());
        parts.Add(new RegimenPart(parent, title, isStep, facts, members, place));
        foreach (var action in holder.Children("action"))
        {
            run.Enter(depth);
            var definition = action.Child("definition") is { Text: { } canonical, Type.Name: "canonical" } ? run.Definitions.Find(canonical, plan) : null;
            if (action.Child("action") is not null) AddGroup(index, action, plan, depth);
            else if (definition is { Type: "PlanDefinition" } nested && run.Open(nested) is null) AddPlan(index, action, nested, plan, depth);
            else members.Add(MemberReading.Of(action, definition?.Root, plan));
        }
    }

    private void AddGroup(int parent, Element action, Definition plan, int depth)
    {
        var cycle = CycleTiming.Of(action);
        List<RegimenFact> facts = [.. ActionFacts.Of(action, plan, cycle is not null)];
        if (cycle is { } timing)
        {
            var place = action.Child("timing")!.Value;
            facts.Add(new RegimenFact(RegimenFactKind.Length, timing.InWords, $"{timing.Value} {timing.Unit}", place));
            if (timing.Count is { } count) facts.Add(Number(RegimenFactKind.Repeats, count, count == 1 ? "once" : FormattableString.Invariant($"{count} times"), place));
        }

        if (action.TextOf("definition") is { } canonical) facts.Add(new RegimenFact(RegimenFactKind.Definition, canonical, canonical, action.Child("definition")!.Value));
        AddPart(parent, TitleOf(action), cycle is not null, facts, action, plan, action, depth + 1);
    }

    private void AddPlan(int parent, Element action, Definition nested, Definition plan, int depth)
    {
        List<RegimenFact> facts = [.. ActionFacts.Of(action, plan, false), .. PlanFacts.Of(nested.Root)];
        AddPart(parent, TitleOf(action) ?? nested.Root.TextOf("title"), true, facts, action, nested, nested.Root, depth + 1);
        run.Close();
    }

    private static string? TitleOf(Element action) => new ScheduledAction(action, "", null).Title;

    private static RegimenFact Number(string what, int value, string words, Element place) => new(what, words, FormattableString.Invariant($"{value}"), place);
}
