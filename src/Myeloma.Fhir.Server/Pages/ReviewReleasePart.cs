using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What the page shows about the release of a resource.</summary>
/// <param name="Status">Of the resource; null when it has none, or is not there.</param>
/// <param name="Faults">Why it was not released; empty when nothing was asked or all went well.</param>
internal sealed record ReviewReleaseView(string? Status, bool HasReviewers, bool IsReleased, IReadOnlyList<Issue> Faults);

/// <summary>The release of a resource whose statements were reviewed: the same as <c>$review-release</c>.</summary>
internal static class ReviewReleasePart
{
    /// <param name="resource">Its relative reference.</param>
    /// <param name="open">How many of its statements are open.</param>
    public static Html Render(string resource, int open, ReviewReleaseView view) => $"""
        <section aria-labelledby="release">
        <h2 id="release">Release <span class="soft">{view.Status ?? "not known here"}</span></h2>
        {Html.If(view.IsReleased, () => (Html)$"""<p class="note" role="status">Released: {resource} is active.</p>""")}
        {view.Faults.Select(issue => (Html)$"""<div class="note" role="alert"><p>{issue.Diagnostics}</p></div>""")}
        {(view.Status == "draft" ? Form(resource, open, view.HasReviewers) : $"<p>Only a draft is released.</p>")}
        </section>
        """;

    private static Html Form(string resource, int open, bool hasReviewers) => open > 0
        ? (Html)$"""<p>It becomes active when every statement of it was reviewed: <a href="/review?resource={resource}">{open} open</a>.</p>"""
        : $"""
        <form class="tool" method="post" action="/review/release/{resource}">
        <p>Every statement of it was reviewed. What it is composed of becomes active with it; a version that was active until now is retired.</p>
        <label for="token">Your token <span class="soft">sent with this form only, and kept nowhere</span></label>
        <input id="token" name="token" type="password" autocomplete="current-password" required>
        {Html.If(!hasReviewers, () => (Html)$"""<p class="note">Nobody can release on this server: no reviewer is configured (setting Fhir:Review:Reviewers).</p>""")}
        <button type="submit">Release: make it active</button>
        </form>
        """;
}
