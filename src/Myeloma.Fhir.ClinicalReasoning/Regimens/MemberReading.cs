using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Reads a member of a regimen: its action, and the activity the action is defined by.</summary>
internal static class MemberReading
{
    /// <summary>Elements of an activity that tell of the resource, or that are read as something else.</summary>
    private static readonly HashSet<string> Passed = new(StringComparer.Ordinal)
    {
        "id", "meta", "implicitRules", "language", "text", "contained", "url", "identifier", "version", "name", "title", "subtitle", "status", "experimental", "date", "publisher", "contact", "copyright",
        "approvalDate", "lastReviewDate", "author", "editor", "reviewer", "endorser", "relatedArtifact", "description", "useContext", "topic", "product", "dosage", "timing",
    };

    /// <param name="activity">Null when the action has no definition, or one that is not known.</param>
    public static RegimenMember Of(Element action, Element? activity, Definition plan)
    {
        List<RegimenFact> facts = [.. ActionFacts.Of(action, plan, false)];
        if (activity is { } known)
        {
            facts.AddRange(OfActivity(known, facts.Exists(fact => fact.What == RegimenFactKind.Days)));
        }
        else if (action.Child("definition") is { Text: { } canonical } place)
        {
            facts.Add(new RegimenFact(RegimenFactKind.Definition, canonical, canonical, place));
        }

        var drug = DrugOf(action, activity, plan);
        if (drug.Codings.Count > 0)
            facts.Add(new RegimenFact(RegimenFactKind.Code, string.Join(", ", drug.Codings.Select(coding => coding.Code)), string.Join(' ', drug.Codings.Select(coding => $"{coding.System}|{coding.Code}")), action.Child("code") ?? activity?.Child("product") ?? action));
        return new RegimenMember(drug, facts, action);
    }

    private static RegimenDrug DrugOf(Element action, Element? activity, Definition plan)
    {
        var concepts = action.Children("code").ToList();
        if (concepts.Count == 0 && activity?.Child("product") is { } product)
        {
            if (product.Type.Name == "CodeableConcept") concepts = [product];
            else if (Contained(product, activity.Value, plan) is { } medication) concepts = medication.Children("code").ToList();
            else return new RegimenDrug(product.TextOf("display") ?? product.TextOf("reference") ?? "", product.TextOf("reference") is { } reference ? [("", reference)] : []);
        }

        var codings = concepts.SelectMany(ElementWords.Codings).Distinct().ToList();
        var name = concepts.Select(ElementWords.OfConcept).FirstOrDefault(words => words.Length > 0);
        return new RegimenDrug(name ?? new ScheduledAction(action, "", activity).Title ?? activity?.TextOf("code") ?? action.TextOf("definition") ?? action.TextOf("id") ?? "", codings);
    }

    private static Element? Contained(Element product, Element activity, Definition plan) =>
        product.TextOf("reference") is ['#', ..] reference ? (new Definition(activity).FindContained(reference[1..]) ?? plan.FindContained(reference[1..]))?.Root : null;

    private static IEnumerable<RegimenFact> OfActivity(Element activity, bool hasDays)
    {
        foreach (var child in activity.Children().ToList())
        {
            if (Passed.Contains(child.Name) || (child.Name == "doNotPerform" && child.Text == "false")) continue;
            if (child.Type.Name == "Extension" && (child.TextOf("url") == ElementWords.DerivationReference || DaysOfCycle.Reads(child.TextOf("url")))) continue;
            yield return PlanFacts.Other(child);
        }

        if (activity.Child("timing") is { } timing) yield return PlanFacts.Whole(RegimenFactKind.Timing, timing);
        if (!hasDays) foreach (var fact in ActionFacts.DaysOf(activity)) yield return fact;
        foreach (var fact in DosageFacts.Of(activity.Children("dosage").ToList())) yield return fact;
    }
}
