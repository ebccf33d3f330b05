using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A page to try expressions: what goes in, what comes out, and where an expression is wrong.</summary>
internal static partial class FhirPathPage
{
    /// <summary>Items a table shows; the operation gives all of them.</summary>
    private const int MaxRows = 500;

    /// <summary>Characters of a value that are shown.</summary>
    private const int MaxValueLength = 4_000;

    /// <param name="outcome">Null before anything was asked, and when there are faults.</param>
    public static string Render(FhirPathForm form, ExpressionOutcome? outcome, IReadOnlyList<Issue> faults)
    {
        Html body = $"""
            <p class="lead">Evaluates <a href="https://hl7.org/fhirpath/N1/">FHIRPath</a> over a resource of this server or one that you paste. The same as <span class="code">POST [base]/$fhirpath</span>.</p>
            {Form(form)}
            {Html.If(faults.Count > 0, () => Faults(form, faults))}
            {Html.If(outcome is not null, () => Results(outcome!))}
            {Html.If(outcome?.Check.Issues.Count > 0, () => Remarks(form, outcome!))}
            """;
        return Layout.Page("FHIRPath", body);
    }

    private static Html Form(FhirPathForm form) => $"""
        <form class="tool" method="post" action="/fhirpath">
        <label for="expression">Expression</label>
        <textarea id="expression" name="expression" class="code" rows="3" required spellcheck="false" autocapitalize="off">{form.Expression}</textarea>
        <label for="context">Context <span class="soft">an expression; the one above is evaluated over each of its items</span></label>
        <input id="context" name="context" class="code" value="{form.Context}" spellcheck="false" autocapitalize="off">
        <label for="reference">Resource of this server <span class="soft">type and id, like Medication/example</span></label>
        <input id="reference" name="reference" class="code" value="{form.Reference}" spellcheck="false" autocapitalize="off">
        <label for="resource">… or a resource <span class="soft">JSON or XML</span></label>
        <textarea id="resource" name="resource" class="code" rows="10" spellcheck="false" autocapitalize="off">{form.Resource}</textarea>
        <p class="check"><input type="checkbox" id="strict" name="strict"{(form.IsStrict ? " checked" : "")}> <label for="strict">Refuse what can’t work by the types</label></p>
        <button type="submit">Evaluate</button>
        </form>
        """;

    private static Html Faults(FhirPathForm form, IReadOnlyList<Issue> faults) => $"""
        <section aria-labelledby="faults">
        <h2 id="faults">Not evaluated</h2>
        {faults.Select(issue => Note(form, issue))}
        </section>
        """;

    /// <summary>What the types alone say: the expression was evaluated all the same.</summary>
    private static Html Remarks(FhirPathForm form, ExpressionOutcome outcome) => $"""
        <section aria-labelledby="remarks">
        <h2 id="remarks">By the types alone</h2>
        {outcome.Check.Issues.Select(found => Note(form, found.Issue))}
        </section>
        """;

    private static Html Note(FhirPathForm form, Issue issue) => $"""
        <div class="note" role="note"><p>{issue.Diagnostics}</p>
        {Html.If(Place(issue) is not null, () => (Html)$"""<pre class="caret">{Pointed(form, issue)}</pre>""")}
        </div>
        """;

    /// <summary>The line of the expression that is wrong, with a caret below the character.</summary>
    private static string Pointed(FhirPathForm form, Issue issue)
    {
        var place = Place(issue)!.Value;
        var isOfContext = form.Context.Length > 0 && !issue.Diagnostics.StartsWith($"FHIRPath '{Start(form.Expression)}", StringComparison.Ordinal);
        var text = isOfContext ? form.Context : form.Expression;
        var at = Math.Min(place, text.Length);
        var start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var end = text.IndexOf('\n', at);
        var line = (end < 0 ? text[start..] : text[start..end]).TrimEnd('\r');
        return $"{line}\n{new string(' ', at - start)}^";
    }

    private static string Start(string expression) => expression[..Math.Min(expression.Length, 100)];

    /// <summary>Zero-based, from the words of the fault; null when it is about no character.</summary>
    private static int? Place(Issue issue) =>
        Character().Match(issue.Diagnostics) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place - 1
            : null;

    private static Html Results(ExpressionOutcome outcome)
    {
        var items = outcome.Results.Sum(result => result.Items.Count);
        return $"""
            <section aria-labelledby="result">
            <h2 id="result">Result <span class="soft">{Amount(items, "item")}</span></h2>
            {outcome.Results.Take(MaxRows).Select(Result)}
            </section>
            """;
    }

    private static Html Result(ExpressionResult result) => $"""
        {Html.If(result.Context is not null, () => (Html)$"""<h3 class="code">{result.Context}</h3>""")}
        {(result.Items.Count == 0 ? (Html)$"""<p class="soft">Nothing.</p>""" : Table(result.Items))}
        {result.Traces.Select(trace => (Html)$"""
            <h3>Trace <span class="code">{trace.Name}</span> <span class="soft">{Amount(trace.Items.Count, "item")}</span></h3>
            {Html.If(trace.Items.Count > 0, () => Table(trace.Items))}
            """)}
        """;

    private static Html Table(Collection items) => $"""
        <div class="scroll" tabindex="0" role="group" aria-label="Items"><table class="plain items">
        <thead><tr><th scope="col">#</th><th scope="col">Path</th><th scope="col">Type</th><th scope="col">Value</th></tr></thead>
        <tbody>
        {items.Take(MaxRows).Select((item, index) => Row(item, index))}
        </tbody></table></div>
        {Html.If(items.Count > MaxRows, () => (Html)$"""<p class="soft">{Amount(items.Count - MaxRows, "more item")} not shown; $fhirpath gives all.</p>""")}
        """;

    private static Html Row(Item item, int index) => $"""
        <tr><td>{index}</td><td class="code">{(item.IsElement ? item.Element.Document.ExpressionOf(item.Element) : "")}</td><td class="code">{ItemType.NameOf(item)}</td><td class="code value">{Value(item)}</td></tr>
        """;

    /// <summary>The text of a primitive as it is, an object laid out for reading.</summary>
    private static string Value(Item item)
    {
        var text = item.Text ?? (item.IsElement ? Laid(item) : "");
        return text.Length <= MaxValueLength ? text : text[..MaxValueLength] + "…";
    }

    private static string Laid(Item item) =>
        item.Element.IsPrimitive ? "" : Encoding.UTF8.GetString(PrettyJson.Format(item.Element.RawValue));

    private static string Amount(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");

    [GeneratedRegex(@"', character ([0-9]+): ")]
    private static partial Regex Character();
}
