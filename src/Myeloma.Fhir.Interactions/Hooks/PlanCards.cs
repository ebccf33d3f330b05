using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>Cards of a plan that names a hook as its trigger: one for each action at its top that applies, with what the actions in it request as suggestions.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition.html, https://hl7.org/fhir/uv/cpg/documentation-approach-12-04-cds-hooks.html</remarks>
internal sealed class PlanCards(PlanDefinitionApply apply)
{
    private static readonly Dictionary<string, string> Indicators = new(StringComparer.Ordinal) { ["urgent"] = "warning", ["asap"] = "critical", ["stat"] = "critical" };

    /// <returns>Empty when nothing applies; a card for what is not known to.</returns>
    public IReadOnlyList<HookCard> Of(Element plan, HookCall call, CancellationToken cancellationToken)
    {
        var bundle = JsonNode.Parse(apply.ToBundle(Triggered(plan, call.Hook), call.Request, cancellationToken))!["entry"]!.AsArray();
        var made = bundle.ToDictionary(entry => entry!["fullUrl"]!.ToString(), entry => entry!["resource"]!.AsObject(), StringComparer.Ordinal);
        var cards = (made.Values.First()["action"] as JsonArray ?? []).Select(action => Card(plan, action!.AsObject(), made)).ToList();
        foreach (var outcome in made.Values.Where(resource => resource["resourceType"]!.ToString() == "OperationOutcome"))
            cards.AddRange(outcome["issue"]!.AsArray().Where(issue => issue!["severity"]!.ToString() != "information")
                .Select(issue => new HookCard { Summary = $"{TitleOf(plan)}: not everything could be evaluated", Detail = issue!["diagnostics"]!.ToString(), Source = TitleOf(plan) }));
        return cards;
    }

    /// <summary>The hooks that a plan names as triggers, each once.</summary>
    public static IEnumerable<string> HooksOf(Element plan)
    {
        var hooks = new List<string>();
        foreach (var action in plan.Children("action"))
            foreach (var trigger in action.Children("trigger"))
                if (trigger.TextOf("type") == "named-event" && trigger.TextOf("name") is { } name && !hooks.Contains(name)) hooks.Add(name);
        return hooks;
    }

    /// <summary>The plan without the actions at its top that only other events trigger.</summary>
    private static Element Triggered(Element plan, string hook)
    {
        var json = (JsonObject)JsonNode.Parse(plan.RawValue)!;
        var actions = json["action"]!.AsArray();
        var others = actions.Where(action => action!["trigger"] is JsonArray triggers && !triggers.Any(trigger => trigger!["type"]?.ToString() == "named-event" && trigger["name"]?.ToString() == hook)).ToList();
        if (others.Count == 0) return plan;
        foreach (var other in others) actions.Remove(other);
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Root;
    }

    private static HookCard Card(Element plan, JsonObject action, Dictionary<string, JsonObject> made)
    {
        var documents = (action["documentation"] as JsonArray ?? []).Where(document => Uri.TryCreate(document!["url"]?.ToString(), UriKind.Absolute, out _)).ToList();
        return new HookCard
        {
            Summary = Words(action) ?? TitleOf(plan),
            Detail = action["description"]?.ToString(),
            Indicator = action["priority"]?.ToString() is { } priority ? Indicators.GetValueOrDefault(priority, "info") : "info",
            Source = TitleOf(plan),
            SourceUrl = documents.FirstOrDefault()?["url"]?.ToString(),
            Links = [.. documents.Select(document => (document!["display"]?.ToString() ?? document["label"]?.ToString() ?? document["url"]!.ToString(), document["url"]!.ToString()))],
            Suggestions = [.. Suggestions(action, made)],
            Selection = action["selectionBehavior"]?.ToString() is "exactly-one" or "at-most-one" ? "at-most-one" : "any",
        };
    }

    /// <summary>The action's own request, and one for each action in it that makes some.</summary>
    private static IEnumerable<JsonObject> Suggestions(JsonObject action, Dictionary<string, JsonObject> made)
    {
        if (Requested(action, made).ToList() is { Count: > 0 } own) yield return Suggestion(action, own);
        foreach (var inner in action["action"] as JsonArray ?? [])
            if (Below(inner!.AsObject(), made).ToList() is { Count: > 0 } requests) yield return Suggestion(inner.AsObject(), requests);
    }

    private static JsonObject Suggestion(JsonObject action, IReadOnlyList<JsonObject> requests) => new()
    {
        ["label"] = Words(action) ?? "Request",
        ["actions"] = new JsonArray([.. requests.Select(request => new JsonObject { ["type"] = "create", ["description"] = Words(action) ?? $"Create a {request["resourceType"]}", ["resource"] = Alone(request) })]),
    };

    /// <summary>What is suggested stands alone: the group it was part of is not created with it.</summary>
    private static JsonObject Alone(JsonObject request)
    {
        var copy = request.DeepClone().AsObject();
        copy.Remove("basedOn");
        return copy;
    }

    private static IEnumerable<JsonObject> Below(JsonObject action, Dictionary<string, JsonObject> made) =>
        Requested(action, made).Concat((action["action"] as JsonArray ?? []).SelectMany(inner => Below(inner!.AsObject(), made)));

    private static IEnumerable<JsonObject> Requested(JsonObject action, Dictionary<string, JsonObject> made)
    {
        if (action["resource"]?["reference"]?.ToString() is not { } reference || !made.TryGetValue(reference, out var request)) yield break;
        if (request["resourceType"]!.ToString() != "RequestGroup")
        {
            yield return request;
            yield break;
        }

        foreach (var inner in request["action"] as JsonArray ?? [])
            foreach (var below in Below(inner!.AsObject(), made)) yield return below;
    }

    private static string? Words(JsonObject action) => action["title"]?.ToString() ?? action["textEquivalent"]?.ToString() ?? action["description"]?.ToString();

    private static string TitleOf(Element plan) => plan.TextOf("title") ?? plan.TextOf("name") ?? plan.TextOf("url")!;
}
