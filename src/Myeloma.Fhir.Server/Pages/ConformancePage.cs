using Myeloma.Fhir.Server.Conformance;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The suites of tests that others wrote, and the result of each test on this release.</summary>
internal static class ConformancePage
{
    private static readonly Lazy<string> Page = new(() => Render(SuiteRecord.ReadAll()));

    /// <summary>Made once: it is the same as long as the program is.</summary>
    public static string Render() => Page.Value;

    private static string Render(IReadOnlyList<SuiteRecord> suites)
    {
        Html body = $"""
            <p class="lead">Test suites that others have published, run against this release. What fails is listed first, with the reason. The tests of the project fail when a result here is another one.</p>
            <div class="wide">
            <table class="api">
            <thead><tr><th scope="col">Suite</th><th scope="col">Passed</th><th scope="col">What it tests</th><th scope="col">Published</th></tr></thead>
            <tbody>
            {suites.Select((suite, at) => Row(suite, at))}
            </tbody>
            </table>
            </div>
            {suites.Select((suite, at) => Results(suite, at))}
            """;
        return Layout.Page("Conformance", body);
    }

    private static Html Row(SuiteRecord suite, int at) => $"""
        <tr><th scope="row"><a href="#suite-{at}">{suite.Name}</a></th><td>{suite.Passing.Count} of {suite.Passing.Count + suite.Failing.Count}</td><td>{suite.About}</td><td>{suite.Source} ({suite.Licence})</td></tr>

        """;

    private static Html Results(SuiteRecord suite, int at) => $"""
        <section aria-labelledby="suite-{at}">
        <h2 id="suite-{at}">{suite.Name}</h2>
        {Html.If(suite.Failing.Count > 0, () => Failures(suite))}
        <details>
        <summary>{suite.Passing.Count} passed</summary>
        <ul class="code">
        {suite.Passing.Select(name => (Html)$"<li>{name}</li>\n")}
        </ul>
        </details>
        </section>
        """;

    private static Html Failures(SuiteRecord suite) => $"""
        <div class="wide">
        <table class="api">
        <thead><tr><th scope="col">Failed</th><th scope="col">Why</th></tr></thead>
        <tbody>
        {suite.Failing.Select(each => (Html)$"<tr><th scope=\"row\">{each.Key}</th><td>{each.Value}</td></tr>\n")}
        </tbody>
        </table>
        </div>
        """;
}
