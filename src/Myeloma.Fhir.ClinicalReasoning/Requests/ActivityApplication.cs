using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>Applies an ActivityDefinition: one request of the kind it names. https://hl7.org/fhir/R4/activitydefinition.html#12.17.3.2</summary>
internal sealed class ActivityApplication(ApplyRun run)
{
    /// <summary>Kinds beyond R4's, which CPG has an extension for.</summary>
    private const string KindUrl = "http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-activity-kind";

    private const string PertainsToGoal = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal";

    /// <summary>Extensions that are about the definition and not about what is requested.</summary>
    private static readonly string[] AboutDefinitions =
    [
        "http://hl7.org/fhir/uv/cpg/", "http://hl7.org/fhir/uv/crmi/", "http://hl7.org/fhir/StructureDefinition/cqf-", "http://hl7.org/fhir/StructureDefinition/artifact-",
        "http://hl7.org/fhir/StructureDefinition/derivation-reference",
    ];

    private readonly DynamicValues dynamicValues = new(run);

    /// <summary>For an action of a plan: the request goes into the result, and the action points at it.</summary>
    /// <returns>Null, with an issue, when no request can be made.</returns>
    public ResourceDraft? Apply(Definition activity, PlanScope scope, Element action, JsonObject json, string path)
    {
        if (Make(activity, PlanApplication.StatusOf(scope.Plan)) is not { } request) return null;
        AddFromAction(request, scope, action);
        json["resource"] = ProducedResources.ReferenceTo(run.Resources.Add(request.Json, "action-" + path));
        dynamicValues.Apply(activity.Root, new ExpressionScope(activity, action, scope.Plan), null, request);
        return request;
    }

    /// <summary>On its own.</summary>
    /// <returns>Null, with an issue, when no request can be made.</returns>
    public ResourceDraft? Apply(Definition activity)
    {
        if (Make(activity, PlanApplication.StatusOf(activity)) is not { } request) return null;
        dynamicValues.Apply(activity.Root, new ExpressionScope(activity, null, null), null, request);
        MandatoryElements.Fill(request);
        return request;
    }

    /// <summary>A Questionnaire: the Task to fill it in. https://hl7.org/fhir/uv/cpg/StructureDefinition-cpg-questionnairetask.html</summary>
    public ResourceDraft Collect(Definition questionnaire, PlanScope scope, Element action, JsonObject json, string path)
    {
        var task = ResourceDraft.Of("Task");
        task.Set("status", "ready");
        task.Set("intent", "proposal");
        RequestContext.Put(run, task);
        var code = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://hl7.org/fhir/uv/cpg/CodeSystem/cpg-activity-type", ["code"] = "collect-information" }) };
        task.Set("code", code);
        task.Copy(questionnaire.Root, "description");
        if (PlanApplication.InstantiatedCanonical(questionnaire) is { } canonical)
            task.Set("input", new JsonObject { ["type"] = code.DeepClone(), ["valueCanonical"] = canonical });
        AddFromAction(task, scope, action);
        json["resource"] = ProducedResources.ReferenceTo(run.Resources.Add(task.Json, "action-" + path));
        return task;
    }

    private static void AddFromAction(ResourceDraft request, PlanScope scope, Element action)
    {
        if (!request.Json.ContainsKey("reasonCode")) request.Copy(action, "reason", "reasonCode");
        if (MayBeBasedOnGroup(request)) request.Set("basedOn", ProducedResources.ReferenceTo(scope.GroupId));
        foreach (var goal in action.Children("goalId"))
        {
            if (goal.Text is not { } id || !scope.Goals.TryGetValue(id, out var produced)) continue;
            if (request.Json["extension"] is not JsonArray extensions) request.Json["extension"] = extensions = [];
            extensions.Add(new JsonObject { ["url"] = PertainsToGoal, ["valueReference"] = ProducedResources.ReferenceTo(produced) });
        }
    }

    private static bool MayBeBasedOnGroup(ResourceDraft request) =>
        request.Type.FindElement("basedOn") is { } element && element.Types.Any(type => type.TargetTypes.Count == 0 || type.TargetTypes.Contains("RequestGroup") || type.TargetTypes.Contains("Resource"));

    private ResourceDraft? Make(Definition activity, string status)
    {
        var kind = KindOf(activity.Root);
        if (kind is null || !RequestKinds.All.TryGetValue(kind, out var shape))
        {
            var text = kind is null ? "it names no kind of request and no product, so no request is made." : $"requests of kind {kind} are not made here.";
            run.Report(IssueSeverity.Error, kind is null ? IssueType.Required : IssueType.NotSupported, activity, activity.Root.Child("kind") ?? activity.Root, text, ApplyMessage.Kind);
            return null;
        }

        var request = ResourceDraft.Of(kind);
        if (activity.Root.TextOf("doNotPerform") == "true" && !request.Has("doNotPerform"))
        {
            run.Report(IssueSeverity.Error, IssueType.NotSupported, activity, activity.Root.Child("doNotPerform")!.Value, $"a {kind} can't say that something is not to be done, so no request is made.", ApplyMessage.DoNotPerform);
            return null;
        }

        if (activity.Root.Child("transform") is { } transform)
            run.Report(IssueSeverity.Warning, IssueType.NotSupported, activity, transform, "the transform is not carried out; the request is what the definition itself gives.", ApplyMessage.Transform);
        AddShared(activity, request, shape, status);
        if (!RequestTiming.Put(activity.Root, request))
            run.Report(IssueSeverity.Information, IssueType.Informational, activity, activity.Root.Child("timing")!.Value, $"a {kind} has no place for this timing, and it is left out.", ApplyMessage.Timing);
        shape.Add?.Invoke(activity.Root, request, run);
        run.TakeAlong(request.Json, activity);
        RequestContext.Put(run, request);
        return request;
    }

    private static void AddShared(Definition activity, ResourceDraft request, RequestKind shape, string status)
    {
        AddExtensions(activity.Root, request);
        if (PlanApplication.InstantiatedCanonical(activity) is { } canonical && request.Type.FindProperty("instantiatesCanonical") is { Type.Name: "canonical" })
            request.Set("instantiatesCanonical", canonical);
        foreach (var element in (string[])["language", "priority", "doNotPerform", "code", "title", "description", "location", "bodySite"]) request.Copy(activity.Root, element);
        if (request.Has("locationReference") && activity.Root.Child("location") is { } location) request.Set("locationReference", ResourceDraft.ValueOf(location)!);
        if ((status == "active" ? shape.Active : shape.Draft) is { } code) request.Set("status", code);
        request.Set("intent", IntentOf(activity.Root, request));
        AddPerformerType(activity.Root, request);
    }

    /// <summary>The definition's intent where the kind knows it, else that of a proposal.</summary>
    private static string IntentOf(Element activity, ResourceDraft request) =>
        activity.TextOf("intent") is { } intent && request.Type.FindElement("intent")?.Binding?.Codes?.Contains(intent) != false ? intent : "proposal";

    private static void AddPerformerType(Element activity, ResourceDraft request)
    {
        foreach (var participant in activity.Children("participant"))
        {
            if (participant.Child("role") is not { } role) continue;
            request.Set("performerType", ResourceDraft.ValueOf(role)!);
            return;
        }
    }

    private static void AddExtensions(Element activity, ResourceDraft request)
    {
        var extensions = new JsonArray();
        foreach (var extension in activity.Children("extension"))
            if (extension.TextOf("url") is { } url && !Array.Exists(AboutDefinitions, about => url.StartsWith(about, StringComparison.Ordinal))) extensions.Add(ResourceDraft.ValueOf(extension));
        if (extensions.Count > 0) request.Set("extension", extensions);
    }

    private static string? KindOf(Element activity)
    {
        foreach (var extension in activity.Children("extension"))
            if (extension.TextOf("url") == KindUrl && extension.TextOf("value") is { } kind) return kind;
        return activity.TextOf("kind") ?? (activity.Child("product") is not null || activity.Child("dosage") is not null ? "MedicationRequest" : null);
    }
}
