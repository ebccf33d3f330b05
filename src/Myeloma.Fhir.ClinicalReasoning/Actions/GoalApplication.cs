using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Requests;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Goals of a plan as Goals of the subject. https://hl7.org/fhir/R4/goal.html</summary>
internal static class GoalApplication
{
    private static readonly TypeSchema TargetType = R4Schema.Instance.FindType("Goal.target")!;

    /// <returns>The ids of the Goals, in order.</returns>
    public static IReadOnlyList<string> Apply(ApplyRun run, PlanScope scope)
    {
        var ids = new List<string>();
        foreach (var goal in scope.Plan.Root.Children("goal"))
        {
            var number = ids.Count + 1;
            var id = run.Resources.Add(GoalOf(goal, run), FormattableString.Invariant($"goal-{scope.Path}{(scope.Path.Length == 0 ? "" : "-")}{number}"));
            if (goal.TextOf("id") is { } inside) scope.Goals.TryAdd(inside, id);
            ids.Add(id);
        }

        return ids;
    }

    private static JsonObject GoalOf(Element goal, ApplyRun run)
    {
        var draft = ResourceDraft.Of("Goal");
        draft.Copy(goal, "extension");
        draft.Set("lifecycleStatus", "proposed");
        draft.Copy(goal, "category");
        draft.Copy(goal, "priority");
        draft.Copy(goal, "description");
        draft.Set("subject", new JsonObject { ["reference"] = run.Request.Subject });
        if (goal.Child("start") is { } start) draft.Json["startCodeableConcept"] = ResourceDraft.ValueOf(start);
        AddAddresses(goal, draft);
        AddTargets(goal, draft);
        MandatoryElements.Fill(draft);
        return draft.Json;
    }

    /// <summary>A plan names the problems as concepts, a Goal points at them: what has no resource is named by its text.</summary>
    private static void AddAddresses(Element goal, ResourceDraft draft)
    {
        var addresses = new JsonArray();
        foreach (var concept in goal.Children("addresses"))
            if (TextOf(concept) is { } text) addresses.Add(new JsonObject { ["display"] = text });
        if (addresses.Count > 0) draft.Set("addresses", addresses);
    }

    private static string? TextOf(Element concept) => concept.TextOf("text") ?? concept.Child("coding")?.TextOf("display") ?? concept.Child("coding")?.TextOf("code");

    private static void AddTargets(Element goal, ResourceDraft draft)
    {
        var targets = new JsonArray();
        foreach (var target in goal.Children("target"))
        {
            var made = new ResourceDraft(TargetType, []);
            made.Copy(target, "extension");
            made.Copy(target, "measure");
            made.Copy(target, "detail");
            if (target.Child("due") is { } due) made.Json["dueDuration"] = ResourceDraft.ValueOf(due);
            targets.Add(made.Json);
        }

        if (targets.Count > 0) draft.Set("target", targets);
    }
}
