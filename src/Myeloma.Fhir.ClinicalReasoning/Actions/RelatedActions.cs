using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Relations between actions, once it is known which of them are in the result. https://hl7.org/fhir/R4/requestgroup-definitions.html#RequestGroup.action.relatedAction</summary>
internal static class RelatedActions
{
    /// <summary>Takes out relations to actions that are not in the result, and says so; gives ids their prefix where plans were merged.</summary>
    public static void Settle(ApplyRun run, PlanScope scope)
    {
        var ids = scope.Actions.Select(action => action.Source.TextOf("id")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (json, source) in scope.Actions)
        {
            if (json["id"] is { } id) json["id"] = scope.IdPrefix + id;
            if (json["relatedAction"] is not JsonArray related) continue;
            var index = related.Count;
            foreach (var relation in Reversed(source))
            {
                index--;
                if (relation.TextOf("actionId") is { } target && ids.Contains(target))
                {
                    related[index]!["actionId"] = scope.IdPrefix + target;
                    continue;
                }

                related.RemoveAt(index);
                run.Report(
                    IssueSeverity.Information, IssueType.Informational, scope.Plan, relation, $"the relation to the action '{relation.TextOf("actionId")}' is left out, because that action is not in the result.", ApplyMessage.RelatedAction);
            }

            if (related.Count == 0) json.Remove("relatedAction");
        }
    }

    private static List<Element> Reversed(Element action)
    {
        var relations = new List<Element>();
        foreach (var relation in action.Children("relatedAction")) relations.Add(relation);
        relations.Reverse();
        return relations;
    }
}
