using Myeloma.Fhir.Loader.Review;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>Runs the mappers in the order in which they build on each other.</summary>
internal static class ResourceMapping
{
    public static void MapAll(MappingContext context, DateTimeOffset now)
    {
        var drugs = DrugCatalog.Of(context.Facts);
        var regimens = RegimenCatalog.Of(context.Facts);

        DocumentMapper.Map(context);
        DrugCodeSystemMapper.Map(context, drugs);
        ConditionMapper.Map(context);
        MedicationMapper.Map(context, drugs);
        MedicationKnowledgeMapper.Map(context, drugs);
        ActivityDefinitionMapper.Map(context, regimens);
        RegimenMapper.Map(context, regimens, drugs);
        ProphylaxisMapper.Map(context);
        CombinationListMapper.Map(context, regimens);
        TreatmentSettingMapper.Map(context);
        TherapyPageMapper.Map(context);
        MisspellingMapper.Map(context);
        ResearchStudyMapper.Map(context);
        EvidenceMapper.Map(context);
        LeftOutFacts.Note(context);
        foreach (var draft in context.Drafts) draft.NameStatements();
        foreach (var draft in context.Drafts) ReviewedDraft.Apply(draft, context.Decisions);
        ProvenanceMapper.Map(context, now);
    }
}
