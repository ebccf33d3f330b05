using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// Drugs given against a risk of other drugs: a PlanDefinition whose actions are alternatives, any number of which may be taken.
/// That one must be chosen, or which one, is not stated. https://hl7.org/fhir/R4/plandefinition.html
/// </summary>
internal static class ProphylaxisMapper
{
    public static void Map(MappingContext context)
    {
        var preventions = context.Facts.Of<ProphylaxisFact>().ToList();
        var groups = preventions.GroupBy(stated => Id(stated.Fact), StringComparer.Ordinal);
        foreach (var group in groups) Map(context, group.Key, [.. group]);
    }

    private static string Id(ProphylaxisFact fact) =>
        Ids.From("prophylaxis", fact.Event, Ids.OfSet(fact.Against.Select(drug => drug.Slug)));

    private static void Map(MappingContext context, string id, IReadOnlyList<Stated<ProphylaxisFact>> stated)
    {
        var first = stated[0].Fact;
        var drugs = stated.SelectMany(fact => DrugsOf(context, fact)).GroupBy(drug => drug.Fact.Drug).ToList();
        var against = Wording.List(first.Against.Select(drug => drug.Name));
        var title = $"Prevention of {first.Event} with {against}";
        var draft = context.AddArtifact("PlanDefinition", id, Ids.Name(title), title, "draft");
        var open = drugs.SelectMany(drug => drug).Any(drug => drug.Fact.IsExample);
        draft.Json
            .Set("type", Concepts.Of("http://terminology.hl7.org/CodeSystem/plan-definition-type", "clinical-protocol", "Clinical Protocol"))
            .Set("description", $"Drugs that help prevent {first.Event} when the treatment includes {against}"
                + (open ? ", drugs such as the ones listed: the list is open." : ".") + " Which one to choose, doses and schedules are not stated.")
            .Set("copyright", Copyright.Of(stated.Select(fact => fact.In).Distinct()))
            .Set("topic", new JsonArray(Concepts.Of("http://terminology.hl7.org/CodeSystem/definition-topic", "treatment", "Treatment")))
            .Set("relatedArtifact", stated.GroupBy(fact => fact.In).Select(document => (JsonNode)new JsonObject
            {
                ["type"] = "derived-from",
                ["display"] = DocumentMapper.TitleOf(document.Key),
                ["url"] = $"DocumentReference/{DocumentMapper.IdOf(document.Key.Document)}",
            }.WithExtensions(draft.CiteAll(document.Select(fact => fact.Here)))).ToArray());

        var group = new JsonObject { ["id"] = "alternatives", ["title"] = title }
            .WithExtensions(draft.CiteAll(stated.Select(fact => fact.Here)));
        if (first.Against.Count > 0) group.Set("condition", new JsonArray(Condition(first, draft, stated)));
        draft.Json.Set("action", new JsonArray(group
            .Set("groupingBehavior", "logical-group")
            .Set("selectionBehavior", "any")
            .Set("action", drugs.Select(drug => (JsonNode)Alternative(context, draft, drug.Key, drug)).ToArray())));
    }

    /// <summary>The drugs that the same document names after the statement and before the next one of its kind.</summary>
    private static IEnumerable<Stated<ProphylaxisDrugFact>> DrugsOf(MappingContext context, Stated<ProphylaxisFact> prevention)
    {
        var statements = prevention.In.Of<ProphylaxisFact>().ToList();
        return context.Facts.Of<ProphylaxisDrugFact>().Where(drug => drug.In == prevention.In
            && ReferenceEquals(statements.LastOrDefault(fact => fact.Span.Start <= drug.Fact.Span.Start) ?? statements[0], prevention.Fact));
    }

    private static JsonObject Condition(ProphylaxisFact fact, Draft draft, IReadOnlyList<Stated<ProphylaxisFact>> stated)
    {
        var codes = string.Join(" | ", fact.Against.Select(drug => $"'{drug.Slug}'"));
        return new JsonObject
        {
            ["kind"] = "applicability",
            ["expression"] = new JsonObject
            {
                ["description"] = $"The treatment includes {string.Join(" or ", fact.Against.Select(drug => drug.Name))}.",
                ["language"] = "text/fhirpath",
                ["expression"] = $"%currentTreatments.activity.detail.product.coding.where(system = '{Canonicals.Drug}' and code in ({codes})).exists()",
            },
        }.WithExtensions(draft.CiteAll(stated.Select(place => place.Here)));
    }

    private static JsonObject Alternative(MappingContext context, Draft draft, DrugKey drug, IEnumerable<Stated<ProphylaxisDrugFact>> places) =>
        new JsonObject { ["id"] = drug.Slug }
            .WithExtensions(draft.CiteAll(places.Select(place => place.Here)))
            .Set("title", drug.Name)
            .Set("code", new JsonArray(draft.Concept(Canonicals.Drug, drug.Slug, drug.Name, context.Codes)))
            .Set("definitionCanonical", ActivityDefinitionMapper.CanonicalOf(drug, null));
}
