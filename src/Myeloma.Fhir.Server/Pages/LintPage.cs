using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A stored plan with what rules of regimens have against it.</summary>
/// <param name="Fault">Why the rules could not be asked; null when they could.</param>
internal sealed record LintedPlan(ResourceDocument Plan, IReadOnlyList<Issue> Findings, Issue? Fault);

/// <summary>What rules of regimens have against the stored plans. The same as <c>$lint</c> gives of each.</summary>
internal static class LintPage
{
    public const int PageSize = 100;

    /// <param name="offset">How many plans stand on pages before.</param>
    /// <param name="total">How many plans there are.</param>
    public static string Render(IReadOnlyList<LintedPlan> plans, int offset, int total)
    {
        var objected = plans.Where(plan => plan.Findings.Count > 0 || plan.Fault is not null).ToList();
        var findings = plans.Sum(plan => plan.Findings.Count);
        Html body = $"""
            <p class="lead">What rules of regimens have against the stored plans: days behind the end of a cycle, doses without a unit, drugs without a code, abbreviations with two meanings. Each says what to do; <code>$lint</code> answers the same.</p>
            <section aria-labelledby="found">
            <h2 id="found">{Amount(findings, "finding")} <span class="soft">in {Number(objected.Count)} of {Amount(plans.Count, "plan")}{(total > plans.Count ? $", of {Number(total)} in all" : "")}</span></h2>
            {(objected.Count == 0 ? (Html)$"<p>No rule objects.</p>" : Table(objected))}
            {Pages(offset, plans.Count, total)}
            </section>
            """;
        return Layout.Page("Lint", body);
    }

    private static Html Table(IEnumerable<LintedPlan> plans) => $"""
        <div class="scroll" tabindex="0" role="region" aria-label="Findings">
        <table class="plain">
        <thead><tr><th scope="col">Plan</th><th scope="col">Severity</th><th scope="col">Finding</th></tr></thead>
        <tbody>{plans.SelectMany(Rows)}</tbody>
        </table>
        </div>
        """;

    private static IEnumerable<Html> Rows(LintedPlan plan) => (plan.Fault is { } fault ? plan.Findings.Append(fault) : plan.Findings).Select(issue => (Html)$"""
        <tr><th scope="row"><a href="/regimens/{plan.Plan.Id}">{plan.Plan.Root.TextOf("title") ?? plan.Plan.Id}</a><br><span class="soft">{plan.Plan.Root.TextOf("status")}</span></th><td><span class="severity {issue.Severity.Code()}">{issue.Severity.Code()}</span></td><td>{issue.Diagnostics} <span class="code soft">{issue.MessageId ?? issue.Type.Code()}</span>{Html.If(issue.Expression is not null, () => (Html)$"""<br><span class="code">{issue.Expression}</span>""")}</td></tr>
        """);

    private static Html Pages(int offset, int shown, int total) => $"""
        <p>{Html.If(offset > 0, () => (Html)$"""<a href="/lint?offset={Number(Math.Max(0, offset - PageSize))}">Before</a> """)}{Html.If(offset + shown < total, () => (Html)$"""<a href="/lint?offset={Number(offset + PageSize)}">Next</a>""")}</p>
        """;

    private static string Amount(int count, string what) => $"{Number(count)} {what}{(count == 1 ? "" : "s")}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
