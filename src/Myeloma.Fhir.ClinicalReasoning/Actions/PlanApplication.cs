using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.ClinicalReasoning.Requests;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>Applies a plan: a RequestGroup with the actions that apply, in their structure, and what their definitions make.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition.html#12.18.3.4, https://hl7.org/fhir/R4/requestgroup.html</remarks>
internal sealed class PlanApplication(ApplyRun run)
{
    private static readonly TypeSchema ActionType = R4Schema.Instance.FindType("RequestGroup.action")!;

    /// <summary>Elements of an action that a RequestGroup has, too.</summary>
    private static readonly string[] Shared =
    [
        "id", "extension", "modifierExtension", "prefix", "title", "description", "textEquivalent", "priority", "code", "documentation", "relatedAction", "timing",
        "type", "groupingBehavior", "selectionBehavior", "requiredBehavior", "precheckBehavior", "cardinalityBehavior",
    ];

    private readonly ConditionCheck conditions = new(run);
    private readonly DynamicValues dynamicValues = new(run);
    private readonly ActivityApplication activities = new(run);

    /// <summary>Applies a plan as a RequestGroup of its own.</summary>
    /// <returns>Its id.</returns>
    public string Apply(Definition plan, string path, int depth)
    {
        var group = GroupOf(plan);
        var id = run.Resources.Add(group.Json, path.Length == 0 ? "requestgroup" : "requestgroup-" + path);
        var scope = new PlanScope(plan, path, id, "");
        var goals = GoalApplication.Apply(run, scope);
        run.Goals.AddRange(goals);
        AddActions(scope, plan.Root, group.Json, path, depth);
        RelatedActions.Settle(run, scope);
        return id;
    }

    /// <summary>Applies a plan with its actions among those of another one.</summary>
    private void Merge(Definition plan, PlanScope outer, JsonObject into, string path, int depth)
    {
        var scope = new PlanScope(plan, path, outer.GroupId, path + "-");
        run.Goals.AddRange(GoalApplication.Apply(run, scope));
        AddActions(scope, plan.Root, into, path, depth);
        RelatedActions.Settle(run, scope);
    }

    private ResourceDraft GroupOf(Definition plan)
    {
        var group = ResourceDraft.Of("RequestGroup");
        if (InstantiatedCanonical(plan) is { } canonical) group.Set("instantiatesCanonical", canonical);
        group.Copy(plan.Root, "language");
        group.Set("status", StatusOf(plan));
        group.Set("intent", "proposal");
        RequestContext.Put(run, group);
        return group;
    }

    /// <summary>Of a plan: its canonical, else where it is stored; null for one that is nowhere.</summary>
    public static string? InstantiatedCanonical(Definition definition) =>
        definition.Canonical ?? (definition.Root == definition.Container && definition.Root.TextOf("id") is { } id ? $"{definition.Type}/{id}" : null);

    /// <summary>What is made of a definition in use is active; of a draft it is one, too.</summary>
    public static string StatusOf(Definition definition) => definition.Root.TextOf("status") == "active" ? "active" : "draft";

    private void AddActions(PlanScope scope, Element parent, JsonObject into, string parentPath, int depth)
    {
        var index = 0;
        foreach (var action in parent.Children("action"))
        {
            var path = scope.PathOf(parentPath, index++);
            run.Enter(depth);
            if (!conditions.Applies(action, new ExpressionScope(scope.Plan, action, scope.Plan))) continue;
            var json = new JsonObject();
            if (into["action"] is not JsonArray actions) into["action"] = actions = [];
            actions.Add(json);
            Fill(scope, action, json, path, depth);
            if (json.All(each => each.Key == "id")) LeaveOut(scope, action, into, actions);
        }
    }

    /// <summary>An element needs more than an id; https://hl7.org/fhir/R4/element.html.</summary>
    private void LeaveOut(PlanScope scope, Element action, JsonObject into, JsonArray actions)
    {
        actions.RemoveAt(actions.Count - 1);
        if (actions.Count == 0) into.Remove("action");
        scope.Actions.RemoveAt(scope.Actions.Count - 1);
        run.Report(IssueSeverity.Information, IssueType.Informational, scope.Plan, action, "the action says nothing, and is left out.", ApplyMessage.EmptyAction);
    }

    private void Fill(PlanScope scope, Element action, JsonObject json, string path, int depth)
    {
        var draft = new ResourceDraft(ActionType, json);
        foreach (var element in Shared) draft.Copy(action, element);
        CopyConditions(action, json);
        run.TakeAlong(json, scope.Plan);
        AddParticipants(action, json);
        scope.Actions.Add((json, action));
        if (action.Child("transform") is { } transform)
            run.Report(IssueSeverity.Warning, IssueType.NotSupported, scope.Plan, transform, "the transform is not carried out; the request is what the definition itself gives.", ApplyMessage.Transform);
        var request = AddDefinition(scope, action, json, path, depth);
        AddActions(scope, action, json, path, depth + 1);
        dynamicValues.Apply(action, new ExpressionScope(scope.Plan, action, scope.Plan), draft, request);
        if (request is not null) MandatoryElements.Fill(request);
    }

    private static void CopyConditions(Element action, JsonObject json)
    {
        var conditions = new JsonArray();
        foreach (var condition in action.Children("condition")) conditions.Add(ResourceDraft.ValueOf(condition));
        if (conditions.Count > 0) json["condition"] = conditions;
    }

    /// <summary>Persons of whom it is known who they are: the subject and the practitioner of the request.</summary>
    private void AddParticipants(Element action, JsonObject json)
    {
        var participants = new JsonArray();
        foreach (var participant in action.Children("participant"))
        {
            var reference = participant.TextOf("type") switch
            {
                "patient" when run.Variables.SubjectType == "Patient" => run.Request.Subject,
                "practitioner" => run.Request.Practitioner,
                _ => null,
            };
            if (reference is not null) participants.Add(new JsonObject { ["reference"] = reference });
        }

        if (participants.Count > 0) json["participant"] = participants;
    }

    /// <returns>The request that the action's definition made; null when it made none.</returns>
    private ResourceDraft? AddDefinition(PlanScope scope, Element action, JsonObject json, string path, int depth)
    {
        if (action.Child("definition") is not { Text: { } canonical } reference) return null;
        if (reference.Type.Name == "uri")
        {
            json["resource"] = new JsonObject { ["reference"] = canonical };
            return null;
        }

        if (run.Definitions.Find(canonical, scope.Plan) is not { } definition)
        {
            run.Report(IssueSeverity.Error, IssueType.NotFound, scope.Plan, reference, $"{canonical} is not known here, so the action has no request.", ApplyMessage.DefinitionUnknown);
            return null;
        }

        if (run.Open(definition) is { } why)
        {
            run.Report(IssueSeverity.Error, IssueType.BusinessRule, scope.Plan, reference, $"{canonical} is not applied, because {why}.", ApplyMessage.DefinitionCycle);
            return null;
        }

        var request = Made(definition, scope, action, reference, json, path, depth);
        run.Close();
        return request;
    }

    private ResourceDraft? Made(Definition definition, PlanScope scope, Element action, Element reference, JsonObject json, string path, int depth)
    {
        switch (definition.Type)
        {
            case "ActivityDefinition":
                return activities.Apply(definition, scope, action, json, path);
            case "Questionnaire":
                return activities.Collect(definition, scope, action, json, path);
            case "PlanDefinition" when run.Request.MergeNestedCarePlans:
                Merge(definition, scope, json, path, depth + 1);
                return null;
            case "PlanDefinition":
                json["resource"] = ProducedResources.ReferenceTo(Apply(definition, path, depth + 1));
                return null;
            default:
                run.Report(IssueSeverity.Error, IssueType.NotSupported, scope.Plan, reference, $"{definition.Name} is a {definition.Type}, which can't be applied.", ApplyMessage.DefinitionType);
                return null;
        }
    }
}
