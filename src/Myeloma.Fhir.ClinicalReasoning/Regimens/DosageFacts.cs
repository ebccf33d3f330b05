using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>What dosages state: how much, how, when. https://hl7.org/fhir/R4/dosage.html</summary>
internal static class DosageFacts
{
    /// <returns>A fact each for dose, route, timing and the rest; of several dosages one each with all of it, so that the dose of the one never goes with the route of the other.</returns>
    public static IReadOnlyList<RegimenFact> Of(List<Element> dosages)
    {
        if (dosages.Count <= 1) return [.. dosages.SelectMany(One)];
        return [.. dosages.Select(dosage =>
        {
            var facts = One(dosage).ToList();
            return new RegimenFact(RegimenFactKind.Dosage, string.Join(", ", facts.Select(fact => fact.Value)), Joined(facts, fact => fact.Key), dosage) { Meaning = Joined(facts, fact => fact.Meaning) };
        })];
    }

    private static IEnumerable<RegimenFact> One(Element dosage)
    {
        var doses = dosage.Children("doseAndRate").ToList();
        if (doses.Count > 0)
            yield return new RegimenFact(RegimenFactKind.Dose, Joined(doses, DoseOf, " and "), Joined(doses, ElementWords.KeyOf, "\n"), doses[0]) { Meaning = Joined(doses, ElementWords.MeaningOf, "\n") };
        foreach (var child in dosage.Children().ToList())
        {
            switch (child.Name)
            {
                case "id" or "sequence" or "doseAndRate":
                    break;
                case "extension" when child.TextOf("url") == ElementWords.DerivationReference:
                    break;
                case "text":
                    // Where nothing else tells the dose, the words do.
                    yield return new RegimenFact(doses.Count > 0 ? RegimenFactKind.Words : RegimenFactKind.Dose, child.Text ?? "", ElementWords.Folded(child.Text ?? ""), child);
                    break;
                case "route":
                    yield return PlanFacts.Whole(RegimenFactKind.Route, child);
                    break;
                case "timing":
                    yield return PlanFacts.Whole(RegimenFactKind.Timing, child);
                    break;
                default:
                    yield return PlanFacts.Other(child);
                    break;
            }
        }
    }

    private static string Joined(List<RegimenFact> facts, Func<RegimenFact, string> key) => string.Join('\n', facts.Select(fact => $"{fact.What} {key(fact)}").Order(StringComparer.Ordinal));

    private static string DoseOf(Element dose)
    {
        var words = new List<string>();
        foreach (var child in dose.Children())
            if (child.Name is not ("id" or "type")) words.Add(ElementWords.Of(child));
        return string.Join(", ", words);
    }

    private static string Joined(List<Element> elements, Func<Element, string> words, string separator) => string.Join(separator, elements.Select(words).Order(StringComparer.Ordinal));
}
