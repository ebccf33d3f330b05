using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>The result as R4 has it: a CarePlan that contains everything. https://hl7.org/fhir/R4/plandefinition-operation-apply.html</summary>
internal static class CarePlanResult
{
    /// <param name="groupId">The RequestGroup of the plan.</param>
    public static byte[] Write(ApplyRun run, string groupId)
    {
        var group = run.Resources.All[0];
        var plan = new JsonObject { ["resourceType"] = "CarePlan" };
        Outcome.Add(plan, run.Resources, run.Issues);
        foreach (var shared in (string[])["language", "instantiatesCanonical", "status", "intent", "subject", "encounter", "author"])
            if (group[shared] is { } value) plan[shared] = value.DeepClone();
        plan["created"] = run.Now;
        if (run.Goals.Count > 0) plan["goal"] = new JsonArray([.. run.Goals.Select(ProducedResources.ReferenceTo)]);
        plan["activity"] = new JsonArray(new JsonObject { ["reference"] = ProducedResources.ReferenceTo(groupId) });
        plan["contained"] = new JsonArray([.. run.Resources.All]);
        return SchemaOrder.ToJson(plan);
    }
}
