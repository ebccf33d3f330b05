using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The pages of reviews: the statements, and one of them beside its sentence with what may be decided.</summary>
internal static partial class ReviewPage
{
    private const int LongestSummary = 120;

    /// <param name="release">About the one resource that is asked for; null when it is not one that a review makes active.</param>
    public static string List(ReviewQuery query, ReviewList list, ReviewReleaseView? release)
    {
        Html body = $"""
            <p class="lead">What the loader read of documents, statement by statement. Nothing it made becomes active before a person has looked at every statement of it. <a href="/lint">What rules of regimens have against what is stored</a></p>
            <form class="tool" method="get" action="/review">
            <label for="state">State</label>
            <select id="state" name="state">{ReviewQuery.States.Select(state => Option(state, query.State, state))}</select>
            <label for="type">In resources of type</label>
            <select id="type" name="type">{Option("", query.Type, "all")}{list.Types.Select(type => Option(type, query.Type, type))}</select>
            <label for="resource">In one resource <span class="soft">type and id, like PlanDefinition/example</span></label>
            <input id="resource" name="resource" class="code" value="{query.Resource}" spellcheck="false" autocapitalize="off">
            <button type="submit">Show</button>
            </form>
            <section aria-labelledby="found">
            <h2 id="found">{list.Total} {(list.Total == 1 ? "statement" : "statements")} <span class="soft">{list.Open} open</span></h2>
            {(list.Views.Count == 0 ? (Html)$"<p>None.</p>" : Table(list.Views))}
            {Pages(query, list)}
            </section>
            {(release is null ? Html.Empty : ReviewReleasePart.Render(query.Resource, list.Open, release))}
            """;
        return Layout.Page("Review", body);
    }

    /// <param name="next">The next open statement; null when none is open.</param>
    /// <param name="faults">Why nothing was decided; empty when nothing was asked or all went well.</param>
    public static async Task<string> OneAsync(
        StatementView view, string? next, bool isDecided, bool hasReviewers, ReviewForm? form, IReadOnlyList<Issue> faults, Sources sources, CancellationToken cancellationToken)
    {
        var statement = view.Statement;
        var spans = statement.Sources.Select(source => new SourceSpan($"DocumentReference/{source.Place.DocumentId}", new TextSpan(source.Place.Offset, source.Place.Length)));
        Html body = $"""
            {Html.If(isDecided, () => (Html)$"""<p class="note" role="status">Decided: {statement.State}.{(next is null ? Html.Empty : (Html)$""" <a href="/review/{next}">Next open statement</a>""")}</p>""")}
            {faults.Select(issue => (Html)$"""<div class="note" role="alert"><p>{issue.Diagnostics}</p></div>""")}
            <dl class="facts">
            <dt>Resource</dt><dd>{view.Title ?? ""} {JsonLink(statement.Resource)}{(view.Status is null ? Html.Empty : (Html)$""" <span class="tag">{view.Status}</span>""")} <a href="/review?resource={statement.Resource}&amp;state=all">its statements</a></dd>
            <dt>Element</dt><dd><code>{statement.Element ?? statement.Decision?.Element ?? ""}</code>{(statement.Element is null ? " (taken out)" : "")}</dd>
            <dt>State</dt><dd><span class="tag">{statement.State}</span>{Decided(statement.Decision)}</dd>
            <dt>Read by</dt><dd>{string.Join(", ", statement.Sources.Select(source => source.Rule ?? "not recorded").Distinct())}</dd>
            </dl>
            <h2>The words</h2>
            {(statement.Sources.Count > 0 ? await sources.ExcerptsAsync(spans, cancellationToken) : (Html)$"""{(statement.Decision?.Words ?? []).Select(words => (Html)$"<blockquote><p><mark>{words}</mark></p></blockquote>")}""")}
            <h2>What was read</h2>
            {Form(view, hasReviewers, form)}
            """;
        return Layout.Page("Review a statement", body);
    }

    private static Html Decided(StatementDecision? decision) => decision is null
        ? Html.Empty
        : (Html)$""" by {decision.Who}, {decision.Recorded}{(decision.Note is null ? "" : $": {decision.Note}")} {JsonLink(decision.Provenance)}""";

    private static Html Form(StatementView view, bool hasReviewers, ReviewForm? form)
    {
        var leaves = StatementElement.Leaves(ReviewTrial.Read(view)).ToList();
        var corrected = (view.Statement.Decision?.Corrections ?? []).ToDictionary(correction => correction.Path, correction => correction.Value.ToString(), StringComparer.Ordinal);
        string Now(string path, JsonValue value) => form?.Values.GetValueOrDefault(path) ?? corrected.GetValueOrDefault(path) ?? value.ToString();
        return $"""
            <form class="tool" method="post" action="/review/{view.Statement.Id}">
            {leaves.Where(leaf => IsTold(leaf.Path)).Select((leaf, index) => (Html)$"""
                <label for="part-{index}">{(leaf.Path.Length == 0 ? "Value" : leaf.Path)}{(Now(leaf.Path, leaf.Value) == leaf.Value.ToString() ? Html.Empty : (Html)$"""<span class="soft">read: {leaf.Value.ToString()}</span>""")}</label>
                <input id="part-{index}" name="{ReviewForm.FieldOf(leaf.Path)}" class="code" value="{Now(leaf.Path, leaf.Value)}" spellcheck="false" autocapitalize="off">
                """)}
            <label for="note">Note</label>
            <input id="note" name="note" value="{form?.Note ?? ""}">
            <label for="token">Your token <span class="soft">sent with this form only, and kept nowhere</span></label>
            <input id="token" name="token" type="password" autocomplete="current-password" required>
            {Html.If(!hasReviewers, () => (Html)$"""<p class="note">Nobody can decide on this server: no reviewer is configured (setting Fhir:Review:Reviewers).</p>""")}
            <p class="buttons">
            <button type="submit" name="verdict" value="approved">Approve: the words say this</button>
            <button type="submit" name="verdict" value="corrected">Correct: as filled in above</button>
            <button type="submit" name="verdict" value="rejected">Reject: the words don’t say this</button>
            </p>
            </form>
            """;
    }

    /// <summary>Addresses and system names are no words of a document, and codings after the first come from code tables; who has to correct them does so by $review-decide.</summary>
    private static bool IsTold(string path) =>
        !path.EndsWith("url", StringComparison.Ordinal) && !path.EndsWith("system", StringComparison.Ordinal) && !path.EndsWith("valueCanonical", StringComparison.Ordinal) && !LaterCoding().IsMatch(path);

    [System.Text.RegularExpressions.GeneratedRegex(@"coding\[[1-9]")]
    private static partial System.Text.RegularExpressions.Regex LaterCoding();

    private static Html Option(string value, string chosen, string words) =>
        value == chosen ? (Html)$"""<option value="{value}" selected>{words}</option>""" : $"""<option value="{value}">{words}</option>""";

    private static Html Table(IReadOnlyList<StatementView> views) => $"""
        <div class="scroll" tabindex="0" role="region" aria-label="Statements">
        <table class="plain">
        <thead><tr><th scope="col">Statement</th><th scope="col">Says</th><th scope="col">Words</th><th scope="col">State</th></tr></thead>
        <tbody>{views.Select(Row)}</tbody>
        </table>
        </div>
        """;

    private static Html Row(StatementView view) => $"""
        <tr><th scope="row"><a href="/review/{view.Statement.Id}">{view.Title ?? view.Statement.Resource}</a><br><code>{view.Statement.Element ?? view.Statement.Decision!.Element}</code></th><td>{Summary(view.Value)}</td><td>{Html.Join($"<br>", view.Sources.Select(source => source.Words).OfType<string>().Distinct().Select(words => (Html)$"<q>{Shortened(words)}</q>"))}</td><td><span class="tag">{view.Statement.State}</span></td></tr>
        """;

    private static Html Pages(ReviewQuery query, ReviewList list) => $"""
        <p>{Html.If(query.Offset > 0, () => (Html)$"""<a href="{query.At(Math.Max(0, query.Offset - ReviewTrial.PageSize))}">Before</a> """)}{Html.If(query.Offset + list.Views.Count < list.Total, () => (Html)$"""<a href="{query.At(query.Offset + ReviewTrial.PageSize)}">Next</a>""")}</p>
        """;

    private static Html JsonLink(string reference) => Layout.JsonLink(reference.Split('/')[0], reference.Split('/')[^1]);

    /// <summary>In a few words: the text of a concept, the title of an action, the value of an extension.</summary>
    private static string Summary(string? value)
    {
        if (value is null or "") return "";
        var leaves = StatementElement.Leaves(JsonNode.Parse(value)).ToList();
        if (leaves.Count == 0) return "";
        foreach (var name in (string[])["", "title", "text", "value", "display"])
            if (leaves.Find(leaf => leaf.Path == name).Value is { } found) return Shortened(found.ToString());
        return Shortened(string.Join(", ", leaves.Where(leaf => !leaf.Path.EndsWith("url", StringComparison.Ordinal) && !leaf.Path.EndsWith("system", StringComparison.Ordinal)).Select(leaf => leaf.Value.ToString())));
    }

    private static string Shortened(string text) => text.Length <= LongestSummary ? text : text[..LongestSummary] + "…";
}
