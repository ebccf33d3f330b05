namespace Myeloma.Fhir.Server.Pages;

/// <summary>The start page: regimens against drugs, from the live data.</summary>
internal static class GridPage
{
    public static string Render(IReadOnlyList<RegimenView> regimens, IReadOnlyList<DrugView> drugs, IReadOnlyList<DocumentView> documents)
    {
        var combinations = regimens.Where(regimen => regimen.Members.Count > 1).ToList();
        var single = regimens.Where(regimen => regimen.Members.Count == 1).ToList();
        var columns = combinations.SelectMany(regimen => regimen.Members)
            .GroupBy(member => member.Code ?? member.Name)
            .OrderByDescending(members => members.Count()).ThenBy(members => members.Key, StringComparer.OrdinalIgnoreCase)
            .Select(members => (Key: members.Key, members.First().Name, Count: members.Count()))
            .ToList();
        var drugIds = drugs.Where(drug => drug.Code is not null).GroupBy(drug => drug.Code!).ToDictionary(group => group.Key, group => group.First().Id);

        Html body = $"""
            <p class="lead">Drug combinations that the loaded documents state, and the drugs in them. Every row and every drug leads to a page with the sentences it comes from; every page leads to the FHIR resource.</p>
            <section aria-labelledby="regimens">
            <h2 id="regimens">Regimens × drugs</h2>
            {(combinations.Count == 0 ? $"""<p class="note">No document that states a combination has been loaded yet.</p>""" : Grid(combinations, columns, drugIds))}
            {(single.Count == 0 ? Html.Empty : $"<p>Requirements stated for one drug: {Html.Join($", ", single.Select(regimen => (Html)$"""<a href="/regimens/{regimen.Id}">{regimen.Title}</a>"""))}</p>")}
            </section>
            <section aria-labelledby="drugs">
            <h2 id="drugs">Drugs <span class="soft">({drugs.Count})</span></h2>
            <ul class="cards">{drugs.Select(drug => DrugCard(drug, columns.FirstOrDefault(column => column.Key == drug.Code).Count))}</ul>
            </section>
            <section aria-labelledby="documents">
            <h2 id="documents">Source documents <span class="soft">({documents.Count})</span></h2>
            <ul class="cards">{documents.Select(DocumentCard)}</ul>
            </section>
            <section aria-labelledby="api">
            <h2 id="api">For programs</h2>
            <p>The same as FHIR R4: <a class="json" href="/fhir/PlanDefinition?drug:missing=false&amp;_pretty=true">/fhir/PlanDefinition</a>, <a class="json" href="/fhir/Medication?_pretty=true">/fhir/Medication</a>, <a class="json" href="/fhir/metadata?_pretty=true">/fhir/metadata</a>.</p>
            </section>
            """;
        return Layout.Page("Regimens and drugs", body);
    }

    private static Html Grid(List<RegimenView> regimens, List<(string Key, string Name, int Count)> columns, Dictionary<string, string> drugIds)
    {
        var heads = columns.Select(column => (Html)$"""<th scope="col">{DrugLink(column.Key, column.Name, drugIds)}</th>""");
        var rows = regimens.Select(regimen => Row(regimen, columns));
        return $"""
            <p class="soft">{regimens.Count} combinations, {columns.Count} drugs. A dot marks a member; words under it are a dose qualifier as the document states it for at least one mention.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Grid of regimens and drugs">
            <table class="grid">
            <caption class="skip">Regimens in rows, their member drugs in columns</caption>
            <thead><tr><th scope="col" class="corner">Regimen</th>{heads}</tr></thead>
            <tbody>{rows}</tbody>
            </table>
            </div>
            """;
    }

    private static Html Row(RegimenView regimen, List<(string Key, string Name, int Count)> columns)
    {
        var cells = columns.Select<(string Key, string Name, int Count), Html>(column =>
        {
            var member = regimen.Members.FirstOrDefault(member => (member.Code ?? member.Name) == column.Key);
            if (member is null) return $"<td></td>";
            var words = string.Join(", ", member.DoseQualifiers.Select(dose => dose.Text).Distinct());
            return $"""<td title="{column.Name}"><span class="dot"><span aria-hidden="true">●</span><span class="skip">{column.Name}</span>{(words.Length > 0 ? $"<small>{words}</small>" : Html.Empty)}</span></td>""";
        });
        var names = regimen.Abbreviations.Count > 0 ? string.Join(", ", regimen.Members.Select(member => member.Name)) : null;
        return $"""
            <tr><th scope="row"><a href="/regimens/{regimen.Id}">{regimen.Title}</a>{(names is null ? Html.Empty : $"""<span class="members">{names}</span>""")}</th>{cells}</tr>
            """;
    }

    private static Html DrugLink(string key, string name, Dictionary<string, string> drugIds) =>
        drugIds.TryGetValue(key, out var id) ? $"""<a href="/drugs/{id}">{name}</a>""" : (Html)$"<span>{name}</span>";

    private static Html DrugCard(DrugView drug, int regimens) => $"""
        <li><a href="/drugs/{drug.Id}"><strong>{drug.Name}</strong></a><span class="soft">{(regimens == 0 ? "in no combination" : regimens == 1 ? "in 1 combination" : $"in {regimens} combinations")}</span></li>
        """;

    private static Html DocumentCard(DocumentView document) => $"""
        <li><a href="/documents/{document.Id}"><strong>{document.Title}</strong></a><span class="soft">text with all statements marked</span></li>
        """;
}
