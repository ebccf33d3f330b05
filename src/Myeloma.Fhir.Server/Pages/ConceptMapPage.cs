using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A concept map to read, with its mappings, and to ask.</summary>
internal static class ConceptMapPage
{
    public static async Task<string> RenderAsync(ResourceDocument resource, TerminologyQuery query, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var (root, id) = (resource.Root, resource.Id!);
        var groups = root.Children("group").ToList();
        var isReverse = query["reverse"] == "true";
        var translated = query.Tries("$translate")
            ? await trial.AskAsync("$translate", "ConceptMap", id, query.Address, cancellationToken, ("system", query["system"]), ("code", query["code"]), ("reverse", isReverse ? "true" : ""))
            : null;
        Html body = $"""
            {TerminologyParts.Facts(root, ("From", root.TextOf("source")), ("To", root.TextOf("target")))}
            {TerminologyParts.Json("ConceptMap", id)}
            <section aria-labelledby="try">
            <h2 id="try">Translate</h2>
            {TerminologyParts.Form("$translate", query, ("code", "Code"), ("system", $"Its code system, like {groups.Select(group => group.TextOf("source")).FirstOrDefault()}"), ("reverse", "The other way: from target to source"))}
            {TerminologyParts.Answer(translated)}
            </section>
            {groups.Select(Group)}
            {await DependentsPart.RenderAsync("ConceptMap", id, query.Address, trial, cancellationToken)}
            """;
        return Layout.Page(TerminologyParts.TitleOf(resource), body);
    }

    private static Html Group(Element group, int index)
    {
        var mappings = group.Children("element").ToList().SelectMany(element => Rows(element)).ToList();
        return $"""
            <section aria-labelledby="group-{index}">
            <h2 id="group-{index}">Mappings <span class="soft">{group.TextOf("source")} to {group.TextOf("target")}</span></h2>
            {TerminologyParts.Table("Mappings", ["Code", "Display", "Equivalence", "Target", "Display"], mappings.Take(TerminologyParts.MaxRows))}
            {TerminologyParts.Rest(mappings.Count, "mapping")}
            </section>
            """;
    }

    private static IEnumerable<Html> Rows(Element element) => element.Children("target").ToList().Select(target => (Html)$"""
        <tr><td class="code">{element.TextOf("code")}</td><td>{element.TextOf("display")}</td><td class="code">{target.TextOf("equivalence")}</td><td class="code">{target.TextOf("code")}</td><td>{target.TextOf("display")}</td></tr>
        """);
}
