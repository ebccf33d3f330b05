using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>One drug: what is stated of it, its codes, the combinations it is in, and the sentences.</summary>
internal static class DrugPage
{
    public static async Task<string> RenderAsync(
        DrugView drug, ResourceDocument? knowledge, IReadOnlyList<RegimenView> regimens, Html dependents, Sources sources, CancellationToken cancellationToken)
    {
        var combinations = regimens.Where(regimen => regimen.Members.Count > 1).ToList();
        var alone = regimens.Where(regimen => regimen.Members.Count == 1).ToList();
        var spans = drug.Resource.Root.Spans().Concat(knowledge?.Root.Spans() ?? []);
        Html body = $"""
            <dl class="facts">
            {(knowledge is null ? Html.Empty : Stated(knowledge.Root))}
            <dt>Codes</dt><dd>{Codes(drug.Codings)}</dd>
            <dt>Resources</dt><dd>{Layout.JsonLink("Medication", drug.Id)}{(knowledge?.Id is { } id ? $"<br>{Layout.JsonLink("MedicationKnowledge", id)}" : Html.Empty)}</dd>
            </dl>
            {(alone.Count == 0 ? Html.Empty : $"<h2>Requirement</h2>{alone.Select(Requirement)}")}
            <h2>Combinations with this drug <span class="soft">({combinations.Count})</span></h2>
            {(combinations.Count == 0 ? $"<p>None stated.</p>" : List(combinations))}
            <h2>Where it is stated</h2>
            {await sources.ExcerptsAsync(spans, cancellationToken)}
            <p>Element by element: <a href="{SourcePage.Address("Medication", drug.Id)}">Medication</a>{(knowledge?.Id is { } known ? $""", <a href="{SourcePage.Address("MedicationKnowledge", known)}">MedicationKnowledge</a>""" : Html.Empty)}</p>
            {dependents}
            """;
        return Layout.Page(drug.Name, body);
    }

    public static Html Codes(IReadOnlyList<CodingView> codings) => codings.Count == 0
        ? (Html)$"""<span class="soft">none</span>"""
        : Html.Join($"<br>", codings.Select(coding => (Html)$"""<span class="soft">{Vocabulary.SystemName(coding.System)}</span> <code>{coding.Code}</code>"""));

    private static Html Requirement(RegimenView plan) => $"""
        <p>Stated for this drug by itself (<a href="/regimens/{plan.Id}">plan</a>):</p>{plan.Requirements.Select(RegimenPage.Parts)}
        """;

    private static Html List(IEnumerable<RegimenView> regimens) =>
        $"<ul>{regimens.Select(regimen => (Html)$"""<li><a href="/regimens/{regimen.Id}">{regimen.Title}</a></li>""")}</ul>";

    private static Html Stated(Element knowledge) => Html.Concat(
    [
        Row("Other names", [.. knowledge.Children("synonym").ToList().Select(name => (Html)$"{name.Text}")]),
        Row("Class", [.. knowledge.Children("medicineClassification").ToList().SelectMany(entry => entry.Children("classification").ToList()).Select(concept => (Html)$"{concept.Words()}")]),
        Row("Route", [.. knowledge.Children("intendedRoute").ToList().Select(route => Qualified(route.Words(), route.ExtensionValue(Vocabulary.RouteQualifier)?.Text))]),
        Row("Form", [.. knowledge.Children("doseForm").ToList().Select(form => (Html)$"{form.Words()}")]),
        Row("Indication", [.. knowledge.Children("administrationGuidelines").ToList().Select(Indication)]),
        Row("Risk", [.. knowledge.Extensions(Vocabulary.StatedRisk).Select(Risk)]),
        Row("Given alone", [.. knowledge.Extensions(Vocabulary.GivenAlone).Select(extension =>
            Qualified(extension.ExtensionValue("value")?.Text == "true" ? "yes" : "no", extension.ExtensionValue("modality")?.Text))]),
        Row("Given with", [.. knowledge.Extensions(Vocabulary.CombinesWith).Select(extension =>
            Qualified(extension.ExtensionValue("category")?.Words() ?? "", extension.ExtensionValue("modality")?.Text))]),
    ]);

    private static Html Row(string term, IReadOnlyList<Html> values) => values.Count == 0
        ? Html.Empty
        : (Html)$"<dt>{term}</dt><dd>{Html.Join($"<br>", values)}</dd>";

    private static Html Qualified(string words, string? qualifier) =>
        $"{words}{(qualifier is null ? Html.Empty : $""" <span class="tag">{qualifier}</span>""")}";

    private static Html Indication(Element guideline)
    {
        var concept = guideline.Child("indication");
        var modality = guideline.ExtensionValue(Vocabulary.Modality)?.Text ?? concept?.ExtensionValue(Vocabulary.Modality)?.Text;
        return Qualified(concept?.Words() ?? "", modality);
    }

    private static Html Risk(Element risk)
    {
        var site = risk.ExtensionValue("site")?.Text;
        return $"""{risk.ExtensionValue("event")?.Words()}{(site is null ? "" : $" ({site})")} <span class="tag">{risk.ExtensionValue("direction")?.Text}</span>""";
    }
}
