namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>One Medication a generic drug: its code and nothing that a product would have. https://hl7.org/fhir/R4/medication.html</summary>
internal static class MedicationMapper
{
    public static void Map(MappingContext context, DrugCatalog drugs)
    {
        foreach (var drug in drugs.All)
        {
            var draft = context.Add("Medication", drug.Key.Slug).Claim("drug");
            draft.Json.Set("code", draft.Concept(Canonicals.Drug, drug.Key.Slug, drug.Key.Name, context.Codes)
                .WithExtensions(draft.CiteAll(drug.Introductions)));
            foreach (var mention in drug.Mentions) draft.Note(mention.Here);
        }
    }
}
