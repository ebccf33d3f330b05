using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A code system to read, with its concepts in their hierarchy, and to ask.</summary>
internal static class CodeSystemPage
{
    public static async Task<string> RenderAsync(ResourceDocument resource, TerminologyQuery query, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var (root, id) = (resource.Root, resource.Id!);
        var isElsewhere = ConceptContent.IsElsewhere(resource);
        var concepts = new List<(Element Concept, int Depth)>();
        Collect(root, 0, concepts);
        Task<TrialAnswer> Ask(string operation, params (string, string)[] parameters) => trial.AskAsync(operation, "CodeSystem", id, query.Address, cancellationToken, parameters);
        var validated = query.Tries("$validate-code") ? await Ask("$validate-code", ("code", query["code"]), ("display", query["display"])) : null;
        var subsumed = query.Tries("$subsumes") ? await Ask("$subsumes", ("codeA", query["codeA"]), ("codeB", query["codeB"])) : null;
        Html body = $"""
            {TerminologyParts.Facts(root, ("Content", root.TextOf("content")), ("Hierarchy", root.TextOf("hierarchyMeaning")), ("Concepts", isElsewhere ? root.TextOf("count") : concepts.Count.ToString("N0", CultureInfo.InvariantCulture)))}
            {TerminologyParts.Json("CodeSystem", id)}
            <section aria-labelledby="try">
            <h2 id="try">Ask</h2>
            <h3>Is this a code?</h3>
            {TerminologyParts.Form("$validate-code", query, ("code", "Code"), ("display", "Display, if it is to be checked"))}
            {TerminologyParts.Answer(validated)}
            <h3>Is one above the other?</h3>
            {TerminologyParts.Form("$subsumes", query, ("codeA", "Code A"), ("codeB", "Code B"))}
            {TerminologyParts.Answer(subsumed)}
            </section>
            <section aria-labelledby="concepts">
            <h2 id="concepts">Concepts</h2>
            {(isElsewhere ? (Html)$"<p>They are not part of the resource: this server has them in tables of its database. Ask for any of them above.</p>"
                : TerminologyParts.Table("Concepts", ["Code", "Display", "Definition"], concepts.Take(TerminologyParts.MaxRows).Select(Row)))}
            {TerminologyParts.Rest(concepts.Count, "concept")}
            </section>
            <p><a href="{DependentsPart.Address("CodeSystem", id)}">What rests on this</a></p>
            """;
        return Layout.Page(TerminologyParts.TitleOf(resource), body);
    }

    private static void Collect(Element parent, int depth, List<(Element, int)> concepts)
    {
        foreach (var concept in parent.Children("concept").ToList())
        {
            concepts.Add((concept, depth));
            Collect(concept, depth + 1, concepts);
        }
    }

    /// <summary>What is below another concept stands behind as many dashes.</summary>
    private static Html Row((Element Concept, int Depth) each) => $"""
        <tr><td class="code">{string.Concat(Enumerable.Repeat("– ", each.Depth))}{each.Concept.TextOf("code")}</td><td>{each.Concept.TextOf("display")}</td><td>{each.Concept.TextOf("definition")}</td></tr>
        """;
}
