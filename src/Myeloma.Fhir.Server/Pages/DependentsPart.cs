using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What rests on a resource, and what would become of it if that were retired: a part of other pages, and a page of its own.</summary>
internal static class DependentsPart
{
    public const string Place = "/dependents";

    /// <summary>Most resources that a part lists; the page of its own has a thousand.</summary>
    private const int PartSize = 20;

    private const int PageSize = 1_000;

    public static string Address(string type, string id) => $"{Place}/{type}/{id}";

    /// <summary>The part of another page: what rests on it directly.</summary>
    public static async Task<Html> RenderAsync(string type, string id, string address, TerminologyTrial trial, CancellationToken cancellationToken) => $"""
        <h2 id="dependents">What rests on this</h2>
        {Answer(await AskAsync(type, id, address, PartSize, false, trial, cancellationToken))}
        <p><a href="{Address(type, id)}">Everything, also through others</a></p>
        """;

    /// <summary>The page of its own: what rests on it directly and through others.</summary>
    public static async Task<string> PageAsync(ResourceDocument resource, string address, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var (type, id, title) = (resource.ResourceType, resource.Id!, TerminologyParts.TitleOf(resource));
        Html body = $"""
            <p class="lead">What names {title}, directly and through others, and what would become of it if it were retired.</p>
            <p>{Layout.JsonLink(type, id)}</p>
            {Answer(await AskAsync(type, id, address, PageSize, true, trial, cancellationToken))}
            """;
        return Layout.Page($"What rests on {title}", body);
    }

    private static Task<TrialAnswer> AskAsync(string type, string id, string address, int count, bool isTransitive, TerminologyTrial trial, CancellationToken cancellationToken) => trial.AskAsync(
        "$dependents", type, id, address, cancellationToken, ("count", count.ToString(CultureInfo.InvariantCulture)), ("transitive", isTransitive ? "true" : ""));

    private static Html Answer(TrialAnswer answer)
    {
        if (answer.Resource is not { } parameters) return $"""<div class="note">{answer.Faults.Select(fault => (Html)$"<p>{fault.Diagnostics}</p>")}</div>""";
        var told = parameters.Root.Children("parameter").ToList();
        var dependents = told.Where(parameter => parameter.TextOf("name") == "dependent").ToList();
        if (dependents.Count == 0) return $"<p>Nothing that is stored here.</p>";
        var total = told.First(parameter => parameter.TextOf("name") == "total").TextOf("value");
        return $"""
            <div class="scroll" tabindex="0" role="region" aria-label="What rests on this">
            <table class="plain">
            <thead><tr><th scope="col">Resource</th><th scope="col">How</th><th scope="col">If this were retired</th></tr></thead>
            <tbody>{dependents.Select(Row)}</tbody>
            </table>
            </div>
            {Html.If(total != dependents.Count.ToString(CultureInfo.InvariantCulture), () => (Html)$"""<p class="soft">{dependents.Count} of {total}.</p>""")}
            """;
    }

    private static Html Row(Element dependent)
    {
        var reference = Part(dependent, "resource")?.TextOf("reference") ?? "";
        var through = Part(dependent, "through")?.TextOf("reference");
        var places = dependent.Children("part").ToList().Where(part => part.TextOf("name") == "place").ToList();
        var impacts = places.Select(place => (Words: Part(place, "impact")?.Text, Breaks: Part(place, "breaks")?.Text == "true")).Distinct().ToList();
        return $"""
            <tr><th scope="row"><a href="{PageOf(reference)}">{Part(dependent, "title")?.Text ?? reference}</a><br><span class="soft">{reference[..reference.IndexOf('/', StringComparison.Ordinal)]}{(through is null ? "" : $", through {through}")}</span></th>
            <td>{Html.Join($"<br>", places.GroupBy(place => Part(place, "how")?.Text).Select(how => (Html)$"""{how.Key}{(how.Count() > 1 ? FormattableString.Invariant($" in {how.Count()} places") : "")}"""))}</td>
            <td>{Html.Join($"<br>", impacts.Select(impact => (Html)$"""<span class="change {(impact.Breaks ? "changed" : "")}">{(impact.Breaks ? "breaks" : "goes on")}</span> {impact.Words}"""))}</td></tr>
            """;
    }

    /// <summary>The page of a resource, else its JSON.</summary>
    private static string PageOf(string reference) => reference.Split('/') switch
    {
        ["PlanDefinition", var id] => $"/regimens/{id}",
        ["Medication", var id] => $"/drugs/{id}",
        [var type, var id] when TerminologyAddress.IsType(type) => $"{TerminologyAddress.Place}/{type}/{id}",
        _ => $"/fhir/{reference}?_pretty=true",
    };

    private static Element? Part(Element parameter, string name)
    {
        foreach (var part in parameter.Children("part"))
            if (part.TextOf("name") == name) return part.Child("value");
        return null;
    }
}
