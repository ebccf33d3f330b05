using System.Globalization;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A page to validate a resource: what was found, and the text with each finding below its line.</summary>
internal static class ValidatePage
{
    /// <summary>Findings a table shows; the operation gives as many as its own limit.</summary>
    private const int MaxRows = 500;

    /// <summary>Lines of the text that are shown around a finding.</summary>
    private const int Around = 3;

    /// <param name="issues">Null before anything was asked.</param>
    /// <param name="faults">Why nothing could be validated.</param>
    public static string Render(ValidateForm form, IReadOnlyList<Issue>? issues, IReadOnlyList<Issue> faults)
    {
        Html body = $"""
            <p class="lead">Checks a resource or a whole Bundle against FHIR R4, the profiles that it claims, and those of this server. The same as <span class="code">POST [base]/$validate</span>.</p>
            {Form(form)}
            {Html.If(faults.Count > 0, () => Faults(faults))}
            {Html.If(issues is not null, () => Findings(form, issues!))}
            """;
        return Layout.Page("Validate", body);
    }

    private static Html Form(ValidateForm form) => $"""
        <form class="tool" method="post" action="/validate">
        <label for="resource">Resource or Bundle <span class="soft">JSON or XML</span></label>
        <textarea id="resource" name="resource" class="code" rows="14" spellcheck="false" autocapitalize="off">{form.Resource}</textarea>
        <label for="reference">… or a resource of this server <span class="soft">type and id, like Medication/example</span></label>
        <input id="reference" name="reference" class="code" value="{form.Reference}" spellcheck="false" autocapitalize="off">
        <label for="profile">Profiles <span class="soft">canonicals besides those in meta.profile, spaces between them</span></label>
        <input id="profile" name="profile" class="code" value="{string.Join(' ', form.Profiles)}" spellcheck="false" autocapitalize="off">
        <button type="submit">Validate</button>
        </form>
        """;

    private static Html Faults(IReadOnlyList<Issue> faults) => $"""
        <section aria-labelledby="faults">
        <h2 id="faults">Not validated</h2>
        {faults.Select(issue => (Html)$"""<div class="note" role="note"><p>{issue.Diagnostics}</p></div>""")}
        </section>
        """;

    private static Html Findings(ValidateForm form, IReadOnlyList<Issue> issues)
    {
        var errors = issues.Count(issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error);
        var warnings = issues.Count(issue => issue.Severity == IssueSeverity.Warning);
        return $"""
            <section aria-labelledby="result">
            <h2 id="result">{(errors == 0 ? "Valid" : "Not valid")} <span class="soft">{Amount(errors, "error")}, {Amount(warnings, "warning")}</span></h2>
            {Html.If(issues.Count > 0, () => Table(issues))}
            {Html.If(issues.Count > MaxRows, () => (Html)$"""<p class="soft">{Amount(issues.Count - MaxRows, "more finding")} not shown; $validate gives more.</p>""")}
            </section>
            {Html.If(form.Reference.Length == 0 && issues.Any(issue => issue.Line > 0), () => Source(form.Resource, issues))}
            """;
    }

    private static Html Table(IReadOnlyList<Issue> issues) => $"""
        <div class="scroll" tabindex="0" role="group" aria-label="Findings"><table class="plain findings">
        <thead><tr><th scope="col">Line</th><th scope="col">Severity</th><th scope="col">What was found</th></tr></thead>
        <tbody>
        {issues.Take(MaxRows).Select(Row)}
        </tbody></table></div>
        """;

    private static Html Row(Issue issue) => $"""
        <tr><td>{(issue.Line > 0 ? (Html)$"""<a href="#line-{Number(issue.Line)}">{Number(issue.Line)}:{Number(issue.Column)}</a>""" : (Html)$"")}</td><td><span class="severity {issue.Severity.Code()}">{issue.Severity.Code()}</span></td><td>{issue.Diagnostics} <span class="code soft">{issue.MessageId ?? issue.Type.Code()}</span>{Html.If(issue.Expression is not null, () => (Html)$"""<br><span class="code">{issue.Expression}</span>""")}</td></tr>
        """;

    /// <summary>The text, with what lies far from any finding left out.</summary>
    private static Html Source(string text, IReadOnlyList<Issue> issues)
    {
        var lines = text.Split('\n');
        var byLine = issues.Take(MaxRows).Where(issue => issue.Line > 0).ToLookup(issue => Math.Min(issue.Line, lines.Length));
        var shown = new SortedSet<int>(byLine.SelectMany(group => Enumerable.Range(group.Key - Around, (Around * 2) + 1)).Where(line => line >= 1 && line <= lines.Length));
        return $"""
            <section aria-labelledby="source">
            <h2 id="source">In the text</h2>
            <ol class="source">
            {shown.Select(line => Line(line, lines[line - 1], byLine[line], isAfterGap: line > 1 && !shown.Contains(line - 1)))}
            </ol>
            </section>
            """;
    }

    private static Html Line(int number, string text, IEnumerable<Issue> issues, bool isAfterGap) => $"""
        <li id="line-{Number(number)}" value="{Number(number)}"{(isAfterGap ? (Html)$""" class="gap" """ : (Html)$"")}><code>{Shortened(text)}</code>{issues.Select(issue => (Html)$"""<p class="finding {issue.Severity.Code()}">{issue.Diagnostics}</p>""")}</li>
        """;

    /// <summary>A resource on one line is not shown whole.</summary>
    private static string Shortened(string line) => line.Length <= 500 ? line : line[..500] + "…";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Amount(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
