using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// A list of combinations in a document, as a Library (asset collection), with what the document says of its completeness.
/// https://hl7.org/fhir/R4/library.html
/// </summary>
internal static class CombinationListMapper
{
    public static void Map(MappingContext context, RegimenCatalog regimens)
    {
        foreach (var document in context.Facts.Documents)
        {
            var subjects = document.Of<ListQualifierFact>().Select(fact => fact.Drug)
                .Concat(document.Of<ListOpenFact>().Select(fact => fact.Drug)).Distinct();
            foreach (var drug in subjects) Map(context, regimens, document, drug);
        }
    }

    private static void Map(MappingContext context, RegimenCatalog regimens, DocumentFacts document, DrugKey? drug)
    {
        var about = drug is null ? "Combinations" : $"Combinations with {drug.Name}";
        var title = $"{about} in '{DocumentMapper.TitleOf(document)}'";
        var id = Ids.From("combinations", drug?.Slug ?? "all", DocumentMapper.IdOf(document.Document));
        var draft = context.AddArtifact("Library", id, Ids.Name(about), title, "draft");

        var extensions = new JsonArray();
        foreach (var fact in document.Of<ListQualifierFact>().Where(fact => Equals(fact.Drug, drug)))
            extensions.Add(Extensions.Complex("list-completeness", [draft.Cite(new Citation(document, fact, fact.Span))], Extensions.Part("qualifier", "valueString", fact.Qualifier)));
        foreach (var fact in document.Of<ListOpenFact>().Where(fact => Equals(fact.Drug, drug)))
            extensions.Add(Extensions.Complex("list-completeness", [draft.Cite(new Citation(document, fact, fact.Span))], Extensions.Part("open", "valueString", fact.Words)));

        draft.Json.WithExtensions(extensions);
        draft.Json
            .Set("type", Concepts.Of("http://terminology.hl7.org/CodeSystem/library-type", "asset-collection", "Asset Collection"))
            .Set("description", "The combinations that the document lists at this place. The document does not say that these are all there are.")
            .Set("copyright", Copyright.Of([document]))
            .Set("relatedArtifact", Contents(regimens, document, drug, draft));
    }

    private static JsonArray Contents(RegimenCatalog regimens, DocumentFacts document, DrugKey? drug, Draft draft) => regimens.All
        .Select(regimen => (Regimen: regimen, Mentions: regimen.Mentions
            .Where(mention => mention.In == document && mention.Fact.Form == RegimenForm.List && Equals(mention.Fact.SectionDrug, drug)).ToList()))
        .Where(entry => entry.Mentions.Count > 0)
        .Select(entry => (JsonNode)new JsonObject
        {
            ["type"] = "composed-of",
            ["display"] = entry.Regimen.Title,
            ["resource"] = Canonicals.Versioned("PlanDefinition", entry.Regimen.Id),
        }.WithExtensions(draft.CiteAll(entry.Mentions.Select(mention => mention.Here)))).ToArray();
}
