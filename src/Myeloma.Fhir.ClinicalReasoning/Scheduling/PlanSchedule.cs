using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>A plan laid out in days, for nobody in particular. Pure: the same plan, request and sources give the same bytes.</summary>
public sealed class PlanSchedule(ApplySources sources, ApplyLimits? limits = null)
{
    private readonly ApplyLimits limits = limits ?? ApplyLimits.Default;

    /// <param name="plan">A PlanDefinition, of any status.</param>
    /// <returns>
    /// Parameters: <c>plan</c>, a <c>cycle</c> for each cycle and an <c>administration</c> for each action on each day, in the order of their days, an <c>undated</c> for each action that
    /// states no day, and an <c>outcome</c> when there is something to know: that the plan states no timing at all, a choice, a day behind the end of its cycle.
    /// </returns>
    /// <exception cref="FhirException"><c>invalid</c>: a start before the year 2 or behind the year 9998; <c>too-costly</c>: past a limit, or the year 9998.</exception>
    public byte[] Of(Element plan, ScheduleRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Start < Calendar.First || request.Start > Calendar.Last) throw new FhirException(Issue.Invalid($"A plan is laid out from a day of the years {Calendar.First.Year} to {Calendar.Last.Year}."));
        var applied = new ApplyRequest { Subject = "", Now = DateTimeOffset.UnixEpoch };
        var run = new ApplyRun(applied, sources with { Resources = _ => null, SubjectData = _ => [] }, limits, cancellationToken);
        var definition = new Definition(plan);
        run.Open(definition);
        var walk = new ScheduleWalk(run, request);
        walk.Follow(definition);
        if (walk.Days.Count == 0) run.Report(IssueSeverity.Information, IssueType.Informational, definition, plan, "no timing is stated that gives days.", ApplyMessage.ScheduleNone);
        return ScheduleResult.Write(definition, walk, run.Issues);
    }
}
