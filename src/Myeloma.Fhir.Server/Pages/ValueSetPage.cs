using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A value set to read, with a page of its codes, and to ask.</summary>
internal static class ValueSetPage
{
    private const int PageSize = 50;

    public static async Task<string> RenderAsync(ResourceDocument resource, TerminologyQuery query, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var (root, id) = (resource.Root, resource.Id!);
        var offset = query.Number("offset");
        var expanded = await trial.AskAsync(
            "$expand", "ValueSet", id, query.Address, cancellationToken, ("filter", query["filter"]), ("count", PageSize.ToString(CultureInfo.InvariantCulture)),
            ("offset", offset.ToString(CultureInfo.InvariantCulture)), ("excludeNested", "true"), ("limitedExpansion", "true"));
        var validated = query.Tries("$validate-code")
            ? await trial.AskAsync("$validate-code", "ValueSet", id, query.Address, cancellationToken, ("system", query["system"]), ("code", query["code"]), ("inferSystem", query["system"].Length == 0 ? "true" : ""))
            : null;
        Html body = $"""
            {TerminologyParts.Facts(root)}
            {TerminologyParts.Json("ValueSet", id)}
            <section aria-labelledby="compose">
            <h2 id="compose">What it takes</h2>
            <ul>
            {Clauses(root, "include", "All of")}
            {Clauses(root, "exclude", "Not")}
            </ul>
            </section>
            <section aria-labelledby="try">
            <h2 id="try">Ask</h2>
            <h3>Is this code in it?</h3>
            {TerminologyParts.Form("$validate-code", query, ("code", "Code"), ("system", "Its code system; may be left out where only one has the code"))}
            {TerminologyParts.Answer(validated)}
            </section>
            <section aria-labelledby="codes">
            <h2 id="codes">Codes</h2>
            {TerminologyParts.Form("$expand", query, ("filter", "Words or beginnings of words"))}
            {(expanded.Resource is { } answer ? Codes(answer.Root.Child("expansion")!.Value, query, offset) : TerminologyParts.Faults(expanded.Faults))}
            </section>
            {await DependentsPart.RenderAsync("ValueSet", id, query.Address, trial, cancellationToken)}
            """;
        return Layout.Page(TerminologyParts.TitleOf(resource), body);
    }

    private static IEnumerable<Html> Clauses(Element root, string name, string words)
    {
        foreach (var clause in root.Child("compose")?.Children(name).ToList() ?? [])
        {
            var concepts = clause.Children("concept").ToList().Count;
            var filters = string.Join(" and ", clause.Children("filter").ToList().Select(filter => $"{filter.TextOf("property")} {filter.TextOf("op")} {filter.TextOf("value")}"));
            var imports = string.Join(" and ", clause.Children("valueSet").ToList().Select(canonical => canonical.Text));
            yield return $"""
                <li>{(concepts > 0 ? $"{(name == "exclude" ? "Not " : "")}{TerminologyParts.Amount(concepts, "code")} of" : words)} <span class="code">{clause.TextOf("system") ?? imports}</span>{(filters.Length > 0 ? $" where {filters}" : "")}{(clause.TextOf("system") is not null && imports.Length > 0 ? $" that are in {imports}" : "")}</li>
                """;
        }
    }

    private static Html Codes(Element expansion, TerminologyQuery query, int offset)
    {
        var codes = expansion.Children("contains").ToList();
        var total = int.TryParse(expansion.TextOf("total"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        return $"""
            <p class="soft">{(total is { } all ? TerminologyParts.Amount(all, "code") : "There is no end of codes; these are common.")}</p>
            {TerminologyParts.Table("Codes", ["Code", "Display", "System"], codes.Select(code => (Html)$"""<tr><td class="code">{code.TextOf("code")}</td><td>{code.TextOf("display")}</td><td class="code">{code.TextOf("system")}</td></tr>"""))}
            <p>
            {Html.If(offset > 0, () => Link(query, Math.Max(0, offset - PageSize), "Previous"))}
            {Html.If(codes.Count == PageSize && (total is null || offset + PageSize < total), () => Link(query, offset + PageSize, "Next"))}
            </p>
            """;
    }

    private static Html Link(TerminologyQuery query, int offset, string words) =>
        $"""<a href="?try=expand&amp;filter={Uri.EscapeDataString(query["filter"])}&amp;offset={offset}#codes">{words}</a>""";
}
