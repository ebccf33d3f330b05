using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// What an action of a plan does: one ActivityDefinition a drug, and a further one for each word such as "low-dose" that is put before it.
/// No quantity, no timing, no dose in figures. https://hl7.org/fhir/R4/activitydefinition.html
/// </summary>
internal static class ActivityDefinitionMapper
{
    public static string IdOf(DrugKey drug, string? doseQualifier) =>
        doseQualifier is null ? drug.Slug : Ids.From(drug.Slug, doseQualifier);

    public static string CanonicalOf(DrugKey drug, string? doseQualifier) =>
        Canonicals.Versioned("ActivityDefinition", IdOf(drug, doseQualifier));

    public static void Map(MappingContext context, RegimenCatalog regimens)
    {
        foreach (var regimen in regimens.All)
        foreach (var member in regimen.Members)
        {
            var plain = Get(context, member, null);
            foreach (var mention in regimen.Mentions)
            {
                var named = mention.Fact.Members.First(drug => drug.Drug.Equals(member));
                plain.Note(mention.At(named.Span));
                if (named.DoseQualifier is not { } qualifier) continue;

                var qualified = Get(context, member, qualifier);
                qualified.Note(mention.At(named.Span));
                var place = qualified.Cite(mention.At(named.DoseQualifierSpan ?? named.Span));
                if (qualified.Json["dosage"] is JsonArray { Count: > 0 } dosage) ((JsonObject)dosage[0]!).WithExtensions([place]);
                else qualified.Json.Set("dosage", new JsonArray(new JsonObject { ["text"] = qualifier }.WithExtensions([place])));
            }

            foreach (var requirement in regimen.Requirements.Where(_ => regimen.Mentions.Count == 0)) plain.Note(requirement.Near(member.Name));
        }

        foreach (var stated in context.Facts.Of<ProphylaxisDrugFact>()) Get(context, stated.Fact.Drug, null).Note(stated.Here);
    }

    private static Draft Get(MappingContext context, DrugKey drug, string? doseQualifier)
    {
        var id = IdOf(drug, doseQualifier);
        if (context.Find("ActivityDefinition", id) is { } present) return present;

        var title = doseQualifier is null ? drug.Name : $"{doseQualifier} {drug.Name}";
        var draft = context.AddArtifact("ActivityDefinition", id, Ids.Name(title), title, "draft").Claim("plan-member");
        draft.Json
            .Set("description", $"Give {title}. Dose, schedule and duration are not stated.")
            .Set("kind", "MedicationRequest")
            .Set("intent", "proposal")
            .Set("doNotPerform", false)
            .Set("productReference", Concepts.Reference($"Medication/{drug.Slug}", drug.Name));
        return draft;
    }
}
