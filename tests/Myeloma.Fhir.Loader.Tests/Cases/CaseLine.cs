using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Tests.Cases;

/// <summary>A fact as one line of a case file: kind, the words of its span in quotation marks, and what it says.</summary>
public static class CaseLine
{
    public static IEnumerable<string> Facts(DocumentFacts facts) =>
        facts.Facts.Where(fact => fact is not DrugMention).Select(fact => $"{fact.Kind} “{Words(facts, fact.Span)}” {Says(fact)}".TrimEnd());

    public static IEnumerable<string> NotUnderstood(DocumentFacts facts) => facts.NotUnderstood.Select(sentence => $"{sentence.Reason}: {sentence.Text}");

    /// <summary>Names that are not in the lexicon but were taken from the document.</summary>
    public static IEnumerable<string> NewNames(DocumentFacts facts) =>
        facts.Of<DrugMention>().Where(mention => !mention.InLexicon).Select(mention => $"{mention.AsWritten} → {mention.Drug.Slug}").Distinct();

    private static string Words(DocumentFacts facts, Span span) =>
        string.Join(' ', span.Of(facts.Document.Text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Says(Fact fact) => fact switch
    {
        BrandFact own => own.Drug.Slug,
        DrugAbbreviationFact own => own.Drug.Slug,
        DrugClassFact own => $"{own.Drug.Slug} is a {own.Class.Slug}",
        RouteFact own => $"{own.Drug.Slug} {own.Qualifier} {own.Route.Code}".Replace("  ", " ", StringComparison.Ordinal),
        FormFact own => $"{own.Drug.Slug} {own.Form}",
        IndicationFact own => $"{own.Drug.Slug}{With(own.InCombinationWith)} {own.State?.Code} {own.Condition.Code} ({own.Modality})".Replace("  ", " ", StringComparison.Ordinal),
        MonotherapyFact own => own.Drug.Slug,
        CombinesWithCategoryFact own => $"{own.Drug.Slug} {own.Modality} {own.Category.Code}",
        SimilarToFact own => $"{own.Drug.Slug} to {own.Similar.Slug}",
        DrugMechanismFact own => own.Drug.Slug,
        UsageFact own => own.Drug.Slug,
        RegimenMention own => $"{own.Abbreviation ?? "-"}: {string.Join(" + ", own.Members.Select(member => $"{member.DoseQualifier} {member.Drug.Slug}".Trim()))}",
        PriorTherapyFact own => $"{string.Join(" + ", own.Subject.Select(drug => drug.Slug))} after {own.MinimumCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"}: {string.Join(", ", own.Requires.Select(need => $"{need.Drug?.Slug}{need.Class?.Slug}{(need.ExcludeSelf ? " (another)" : "")}"))} {own.Outcome}".TrimEnd(' ', ':'),
        RegimenPriorMention own => string.Join(" + ", own.Members.Select(drug => drug.Slug)),
        ListQualifierFact own => own.Qualifier,
        ClassAbbreviationFact own => own.Class.Slug,
        ClassListedFact own => $"{own.Class.Slug} in {own.Broader}",
        ClassBroaderFact own => $"{own.Class.Slug} in {own.Broader}",
        ClassMechanismFact own => own.Class.Slug,
        ClassTargetFact own => own.Class.Slug,
        StateDefinitionFact own => own.State.Code,
        RiskFact own => $"{own.Drug.Slug} {own.Direction} {own.Event} {own.Site}".TrimEnd(),
        SideEffectFact own => string.Join(", ", own.Drugs.Select(drug => drug.Slug)),
        EmptyListFact own => string.Join(", ", own.Drugs.Select(drug => drug.Slug)),
        MisspellingFact own => own.Meant,
        MetaFact own => own.Value is null ? own.State! : "",
        TherapyFact own => own.Term?.Code ?? "",
        _ => "",
    };

    private static string With(IReadOnlyList<DrugKey> drugs) => drugs.Count == 0 ? "" : " with " + string.Join(", ", drugs.Select(drug => drug.Slug));
}
