using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What can be compared with a regimen, and what was chosen.</summary>
/// <param name="From">A version or a reference; empty for the version before the other side.</param>
/// <param name="To">A version or a reference; empty for the current version.</param>
internal sealed record RegimenChoice(RegimenView Regimen, IReadOnlyList<ResourceVersion> Versions, IReadOnlyList<RegimenView> Others, string From, string To);

/// <summary>Two versions of a regimen, or two regimens, side by side: what differs, with the sentences behind it.</summary>
internal static class RegimenDiffPage
{
    /// <summary>What tells how a regimen is called and who says so; it comes behind what is given.</summary>
    private static readonly string?[] Names = ["title", "subtitle", "description", "abbreviation", "identifier", "mention", "source"];

    /// <param name="answer">Of <c>$regimen-diff</c>; null when nothing was chosen.</param>
    public static async Task<string> RenderAsync(RegimenChoice choice, TrialAnswer? answer, Sources sources, CancellationToken cancellationToken)
    {
        Html body = $"""
            <p class="lead"><a href="/regimens/{choice.Regimen.Id}">{choice.Regimen.Title}</a> compared with an earlier version, or with another regimen, as a person reads them. The order of members, ids and places in documents make no difference.</p>
            {Form(choice)}
            {await AnswerAsync(answer, sources, cancellationToken)}
            """;
        return Layout.Page($"What differs: {choice.Regimen.Title}", body);
    }

    private static Html Form(RegimenChoice choice) => $"""
        <form class="tool" method="get" action="/regimens/{choice.Regimen.Id}/diff">
        <label for="from">From</label>
        <select id="from" name="from"><option value="">the version before; this regimen where another one is chosen below</option>{Options(choice, choice.From)}</select>
        <label for="to">To</label>
        <select id="to" name="to"><option value="">{choice.Regimen.Title} as it is now</option>{Options(choice, choice.To)}</select>
        <p><button>Compare</button></p>
        </form>
        """;

    private static Html Options(RegimenChoice choice, string chosen) => $"""
        <optgroup label="Versions of {choice.Regimen.Title}">{choice.Versions.Select(version => Option(FormattableString.Invariant($"{version.VersionId}"), FormattableString.Invariant($"version {version.VersionId} of {version.LastUpdated:yyyy-MM-dd HH:mm} UTC"), chosen))}</optgroup>
        <optgroup label="Other regimens">{choice.Others.Where(other => other.Id != choice.Regimen.Id).Select(other => Option($"PlanDefinition/{other.Id}", other.Title, chosen))}</optgroup>
        """;

    private static Html Option(string value, string title, string chosen) => value == chosen ? (Html)$"""<option value="{value}" selected>{title}</option>""" : $"""<option value="{value}">{title}</option>""";

    private static async Task<Html> AnswerAsync(TrialAnswer? answer, Sources sources, CancellationToken cancellationToken)
    {
        if (answer is null) return $"""<p class="note">There is one version only. Choose another regimen to compare with.</p>""";
        if (answer.Resource is not { } parameters) return $"""<div class="note">{answer.Faults.Select(fault => (Html)$"<p>{fault.Diagnostics}</p>")}</div>""";
        var told = parameters.Root.Children("parameter").ToList();
        var changes = told.Where(parameter => parameter.TextOf("name") == "change").ToList();
        Html head = $"""
            <h2>{(changes.Count == 0 ? "Nothing differs" : changes.Count == 1 ? "One thing differs" : FormattableString.Invariant($"{changes.Count} things differ"))}</h2>
            <dl class="facts">{Side("From", told, "from")}{Side("To", told, "to")}</dl>
            """;
        var parts = new List<Html> { head };
        foreach (var group in changes.GroupBy(change => Part(change, "part")?.Text)) parts.Add(await TableAsync(group.Key, [.. group.OrderBy(change => Names.Contains(Part(change, "what")?.Text))], sources, cancellationToken));
        return Html.Concat(parts);
    }

    private static Html Side(string term, IReadOnlyList<Element> told, string name)
    {
        if (told.Where(parameter => parameter.TextOf("name") == name).Select(parameter => (Element?)parameter).FirstOrDefault() is not { } side) return Html.Empty;
        var reference = Part(side, "resource")?.TextOf("reference");
        Html link = reference is null ? Html.Empty : $""" <a class="json" href="/fhir/{reference}?_pretty=true">{reference}</a>""";
        return $"""<dt>{term}</dt><dd>{Part(side, "title")?.Text} <span class="tag">{Part(side, "status")?.Text}</span>{link}</dd>""";
    }

    private static async Task<Html> TableAsync(string? part, IReadOnlyList<Element> changes, Sources sources, CancellationToken cancellationToken)
    {
        var rows = new List<Html>();
        foreach (var change in changes)
        {
            var kind = Part(change, "kind")?.Text ?? "";
            var subject = Part(change, "subject")?.Text;
            rows.Add($"""
                <tr><td><span class="change {kind}">{kind}</span></td><th scope="row">{subject}{(subject is null ? Html.Empty : $"<br>")}<span class="soft">{Part(change, "what")?.Text}</span></th>
                <td>{await ValueAsync(change, "before", sources, cancellationToken)}</td><td>{await ValueAsync(change, "after", sources, cancellationToken)}</td></tr>
                """);
        }

        return $"""
            {(part is null ? Html.Empty : $"<h3>{part}</h3>")}
            <div class="scroll" tabindex="0" role="region" aria-label="What differs{(part is null ? "" : $" in {part}")}">
            <table class="plain changes">
            <thead><tr><th scope="col">How</th><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
            <tbody>{rows}</tbody>
            </table>
            </div>
            """;
    }

    /// <summary>The words of one side, and the sentences that state them; a side without a source shows none.</summary>
    private static async Task<Html> ValueAsync(Element change, string name, Sources sources, CancellationToken cancellationToken)
    {
        if (Part(change, name)?.Text is not { } words) return Html.Empty;
        var spans = change.Children("part").ToList().Where(part => part.TextOf("name") == name + "Source").Select(SpanOf).OfType<SourceSpan>().ToList();
        return spans.Count == 0 ? (Html)$"{words}" : $"{words}<details><summary>where it is stated</summary>{await sources.ExcerptsAsync(spans, cancellationToken)}</details>";
    }

    private static SourceSpan? SpanOf(Element source) =>
        Part(source, "reference")?.TextOf("reference") is { } reference && ElementReading.Integer(Part(source, "offset")) is { } offset && ElementReading.Integer(Part(source, "length")) is { } length
            ? new SourceSpan(reference, new TextSpan(offset, length)) : null;

    private static Element? Part(Element parameter, string name)
    {
        foreach (var part in parameter.Children("part"))
            if (part.TextOf("name") == name) return part.Child("value");
        return null;
    }
}
