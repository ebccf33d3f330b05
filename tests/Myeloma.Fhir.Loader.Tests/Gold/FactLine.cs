using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Tests.Gold;

/// <summary>Facts as lines that can be compared: kind, span, subject.</summary>
public static class FactLine
{
    public static IEnumerable<string> All(DocumentFacts facts) =>
        facts.Facts.Where(fact => fact is not (DrugMention or RegimenMention)).SelectMany(Lines);

    public static IEnumerable<string> Lines(Fact fact) => [$"{fact.Kind} {fact.Span} {Subject(fact)}".TrimEnd()];

    public static string Of(RegimenMention mention)
    {
        var members = mention.Members.Select(member => $"{member.Drug.Name} {member.Span}{(member.DoseQualifier == "low-dose" ? " low-dose" : "")}");
        var form = mention.Form == RegimenForm.List ? "list" : "prose";
        return $"{mention.Span} {mention.Abbreviation} {mention.AbbreviationSpan} {form} of {mention.SectionDrug?.Name} {mention.ListQualifier}: {string.Join(", ", members)}";
    }

    private static string Subject(Fact fact) => fact switch
    {
        BrandFact own => own.Drug.Name,
        DrugAbbreviationFact own => own.Drug.Name,
        DrugClassFact own => own.Drug.Name,
        RouteFact own => own.Drug.Name,
        FormFact own => own.Drug.Name,
        IndicationFact own => own.Drug.Name,
        MonotherapyFact own => own.Drug.Name,
        CombinesWithCategoryFact own => own.Drug.Name,
        SimilarToFact own => own.Drug.Name,
        UsageFact own => own.Drug.Name,
        DrugMechanismFact own => own.Drug.Name,
        ListQualifierFact own => own.Drug?.Name ?? "",
        ListOpenFact own => own.Drug?.Name ?? "",
        PriorTherapyFact own => Names(own.Subject),
        RiskFact own => own.Drug.Name,
        ProphylaxisFact own => Names(own.Against),
        ProphylaxisDrugFact own => own.Drug.Name,
        SideEffectFact own => Names(own.Drugs),
        EmptyListFact own => Names(own.Drugs),
        _ => "",
    };

    private static string Names(IEnumerable<DrugKey> drugs) => string.Join(" + ", drugs.Select(drug => drug.Name));
}
