using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>What an action of a plan states, the activity it is defined by and the actions in it apart.</summary>
internal static class ActionFacts
{
    private const string PriorTherapyUrl = "http://myeloma-fhir.org/fhir/StructureDefinition/prior-therapy";
    private const string DoseQualifierUrl = "http://myeloma-fhir.org/fhir/StructureDefinition/dose-qualifier";

    /// <param name="isCycle">Whether its timing is the length of a cycle, which is told by who asks.</param>
    public static IEnumerable<RegimenFact> Of(Element action, Definition plan, bool isCycle)
    {
        foreach (var child in action.Children().ToList())
        {
            switch (child.Name)
            {
                case "id" or "prefix" or "action" or "code" or "definition":
                    break;
                case "timing":
                    if (!isCycle) yield return PlanFacts.Whole(RegimenFactKind.Timing, child);
                    break;
                case "selectionBehavior" when child.Text == "all":
                case "groupingBehavior":
                    break;
                case "selectionBehavior":
                    yield return new RegimenFact(RegimenFactKind.Selection, child.Text ?? "", child.Text ?? "", child);
                    break;
                case "documentation":
                    foreach (var fact in PlanFacts.SourceOf(child)) yield return fact;
                    break;
                case "condition":
                    yield return ConditionOf(child);
                    break;
                case "goalId":
                    if (GoalOf(plan.Root, child.Text) is { } goal) yield return new RegimenFact("goal", ElementWords.Of(goal), ElementWords.KeyOf(goal), child);
                    break;
                case "relatedAction":
                    yield return RelationOf(child, plan.Root);
                    break;
                case "extension" or "modifierExtension":
                    if (ExtensionOf(child) is { } stated) yield return stated;
                    break;
                default:
                    yield return PlanFacts.Other(child);
                    break;
            }
        }

        foreach (var fact in DaysOf(action)) yield return fact;
    }

    /// <summary>The days of a cycle and what is said of each of them.</summary>
    /// <param name="element">An action or an activity.</param>
    public static IEnumerable<RegimenFact> DaysOf(Element element)
    {
        var days = DaysOfCycle.Of(element);
        if (days.Count == 0) yield break;
        var place = ElementWords.Extensions(element).Where(extension => DaysOfCycle.Reads(extension.TextOf("url"))).Select(extension => (Element?)extension).FirstOrDefault() ?? element.Child("timing") ?? element;
        var numbers = days.Select(day => day.Number).Distinct().Order().ToList();
        yield return new RegimenFact(RegimenFactKind.Days, DayWords.Of(numbers), string.Join(' ', numbers.Select(day => FormattableString.Invariant($"{day}"))), place);
        foreach (var group in days.Where(day => day.Instructions is not null).GroupBy(day => ElementWords.Folded(day.Instructions!), StringComparer.Ordinal))
        {
            var on = DayWords.Of(group.Select(day => day.Number));
            yield return new RegimenFact(RegimenFactKind.Instructions, $"{on}: {group.First().Instructions}", $"{on} {group.Key}", place);
        }
    }

    /// <summary>Of our own extensions; null for those that are read elsewhere.</summary>
    private static RegimenFact? ExtensionOf(Element extension)
    {
        var url = extension.TextOf("url");
        if (url == ElementWords.DerivationReference || DaysOfCycle.Reads(url)) return null;
        if (url == PriorTherapyUrl) return new RegimenFact(RegimenFactKind.Requirement, RequirementWords.Of(extension), ElementWords.KeyOf(extension), extension);
        if (url != DoseQualifierUrl) return PlanFacts.Other(extension);
        var (text, abbreviation) = (ElementWords.Part(extension, "text")?.Text, ElementWords.Part(extension, "abbreviation")?.Text);
        return new RegimenFact(RegimenFactKind.Qualifier, abbreviation is null ? text ?? "" : $"{text} (as {abbreviation})", ElementWords.KeyOf(extension), extension) { Meaning = ElementWords.Folded(text ?? "") };
    }

    private static RegimenFact ConditionOf(Element condition)
    {
        var expression = condition.Child("expression");
        var said = expression?.TextOf("expression") ?? expression?.TextOf("reference");
        var words = $"{condition.TextOf("kind")}: {expression?.TextOf("description") ?? said}";
        return new RegimenFact(RegimenFactKind.Condition, words, $"{condition.TextOf("kind")} {expression?.TextOf("language")} {said} {expression?.TextOf("description")}", condition);
    }

    private static Element? GoalOf(Element plan, string? id)
    {
        foreach (var goal in plan.Children("goal"))
            if (goal.TextOf("id") == id) return goal;
        return null;
    }

    /// <summary>How it stands to another action, which is named by what it is called: ids may change.</summary>
    private static RegimenFact RelationOf(Element related, Element plan)
    {
        var target = related.TextOf("actionId") is { } id && Find(plan, id) is { } action ? new ScheduledAction(action, "", null).Title ?? id : related.TextOf("actionId");
        var offset = related.Child("offset") is { } distance ? ElementWords.Of(distance) : null;
        var words = string.Join(' ', new[] { offset, related.TextOf("relationship"), target }.Where(part => !string.IsNullOrEmpty(part)));
        return new RegimenFact(RegimenFactKind.Relation, words, words, related);
    }

    private static Element? Find(Element parent, string id)
    {
        foreach (var action in parent.Children("action"))
        {
            if (action.TextOf("id") == id) return action;
            if (Find(action, id) is { } inside) return inside;
        }

        return null;
    }
}
