using Myeloma.Fhir.Interactions.Regimens;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Holds a page of plans against the rules of regimens, as <c>$lint</c> does, and admitted like it.</summary>
internal sealed class LintTrial(RegimenLinting linting, Admission admission)
{
    /// <returns>In the order given. A plan past a limit has a fault; the others are told all the same.</returns>
    public async Task<IReadOnlyList<LintedPlan>> OfAsync(IEnumerable<ResourceDocument> plans, CancellationToken cancellationToken)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var found = new List<LintedPlan>();
            foreach (var plan in plans) found.Add(await OfAsync(plan, cancellationToken));
            return found;
        }
        finally
        {
            admission.Leave();
        }
    }

    private async Task<LintedPlan> OfAsync(ResourceDocument plan, CancellationToken cancellationToken)
    {
        try
        {
            return new LintedPlan(plan, await linting.OfAsync(plan, cancellationToken), null);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.TooCostly))
        {
            return new LintedPlan(plan, [], fault.Issues[0]);
        }
    }
}
