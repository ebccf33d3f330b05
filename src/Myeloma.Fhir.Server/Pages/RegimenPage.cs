using Myeloma.Fhir.ClinicalReasoning.Scheduling;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>One regimen: members, requirement, codes, and the sentences it comes from.</summary>
internal static class RegimenPage
{
    public static async Task<string> RenderAsync(RegimenView regimen, IReadOnlyList<PlanCycle> cycles, IReadOnlyList<DrugView> drugs, Html same, Html dependents, Sources sources, CancellationToken cancellationToken)
    {
        var requirementSources = new List<Html>();
        foreach (var requirement in regimen.Requirements)
            requirementSources.Add(await RequirementAsync(requirement, sources, cancellationToken));

        Html body = $"""
            <p class="lead">{regimen.Description}</p>
            <dl class="facts">
            <dt>Abbreviation</dt><dd>{(regimen.Abbreviations.Count > 0 ? string.Join(", ", regimen.Abbreviations) : "none stated")}</dd>
            <dt>Status</dt><dd><span class="tag">{regimen.Status}</span>{(!IsMachineRead(regimen) ? "" : regimen.Status == "active" ? " machine-read and reviewed" : " machine-read, not reviewed")}</dd>
            <dt>Dose, schedule, duration</dt><dd>{(cycles.Count == 0 ? (Html)$"none stated" : $"""<a href="#cycles">see cycles and days</a>""")}</dd>
            <dt>Compare</dt><dd><a href="/regimens/{regimen.Id}/diff">with its versions and other regimens</a></dd>
            <dt>Resource</dt><dd>{Layout.JsonLink("PlanDefinition", regimen.Id)}</dd>
            </dl>
            {(regimen.Members.Count == 0 ? Html.Empty : Members(regimen, drugs))}
            {CycleGrid.Render(cycles)}
            <h2>Requirement</h2>
            {(requirementSources.Count > 0 ? Html.Concat(requirementSources) : $"<p>None stated.</p>")}
            <h2>Where it is stated</h2>
            {await sources.ExcerptsAsync(regimen.Resource.Root.Spans(), cancellationToken)}
            <p><a href="{SourcePage.Address("PlanDefinition", regimen.Id)}">Element by element</a> · <a href="/review?resource=PlanDefinition/{regimen.Id}&amp;state=all">Review</a></p>
            {same}
            {dependents}
            """;
        return Layout.Page(regimen.Title, body);
    }

    /// <summary>What the requirement asks for, as a list.</summary>
    public static Html Parts(RequirementView requirement)
    {
        var parts = new List<Html>();
        if (requirement.MinimumCount is { } count) parts.Add($"<li>at least {count} earlier {(count == 1 ? "treatment" : "treatments")}</li>");
        foreach (var (name, another) in requirement.Required) parts.Add($"<li>{(another ? "another " : "")}{name}{(requirement.Outcome is null ? "" : $": {requirement.Outcome}")}</li>");
        return $"<ul>{parts}</ul>";
    }

    private static Html Members(RegimenView regimen, IReadOnlyList<DrugView> drugs) => $"""
        <h2>Members</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Members">
        <table class="plain">
        <thead><tr><th scope="col">Drug</th><th scope="col">As stated</th><th scope="col">Codes</th></tr></thead>
        <tbody>{regimen.Members.Select(member => Member(member, drugs))}</tbody>
        </table>
        </div>
        """;

    /// <summary>Whether the loader made it of a document.</summary>
    private static bool IsMachineRead(RegimenView regimen)
    {
        foreach (var tag in regimen.Resource.Root.Child("meta")?.Children("tag").ToList() ?? [])
            if (tag.TextOf("code") == "loader") return true;
        return false;
    }

    private static Html Member(MemberView member, IReadOnlyList<DrugView> drugs)
    {
        var drug = drugs.FirstOrDefault(drug => drug.Code is not null && drug.Code == member.Code);
        var doses = member.DoseQualifiers.Count == 0
            ? (Html)$"""<span class="soft">no dose qualifier</span>"""
            : Html.Join($"<br>", member.DoseQualifiers.Select(dose => (Html)$"""{dose.Text} <span class="soft">{(dose.Abbreviation is null ? "in a mention without abbreviation" : $"as {dose.Abbreviation}")}</span>"""));
        return $"""
            <tr><th scope="row">{(drug is null ? (Html)$"{member.Name}" : $"""<a href="/drugs/{drug.Id}">{member.Name}</a>""")}</th><td>{doses}</td><td>{DrugPage.Codes(member.Codings)}</td></tr>
            """;
    }

    private static async Task<Html> RequirementAsync(RequirementView requirement, Sources sources, CancellationToken cancellationToken)
    {
        return $"""
            {(requirement.StatedFor is null ? Html.Empty : $"""<p class="soft">This requirement is {requirement.StatedFor}.</p>""")}
            {Parts(requirement)}
            {await sources.ExcerptsAsync(requirement.Extension.Spans(), cancellationToken)}
            """;
    }
}
