using System.Text.Json.Nodes;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;

/// <summary>What cases ask for in words.</summary>
internal static class Checks
{
    /// <summary>Elements that an action of the result shares with the definition's.</summary>
    private static readonly string[] Same = ["title", "timingTiming", "selectionBehavior", "groupingBehavior", "requiredBehavior", "cardinalityBehavior", "relatedAction"];

    /// <returns>The first that is not met; null when all are. An unknown check is not met.</returns>
    public static string? Unmet(GoldenCase golden, JsonNode result) => golden.Expected.GetProperty("checks").EnumerateArray().Select(check => check.GetString()!).FirstOrDefault(check => !IsMet(check, golden, result));

    private static bool IsMet(string check, GoldenCase golden, JsonNode result) => check switch
    {
        "the operation succeeds" => true,
        "the result has a CommunicationRequest" => Contained(result, "CommunicationRequest").Any(),
        "every CommunicationRequest of the result has a payload" => Contained(result, "CommunicationRequest").All(request => request["payload"]![0]!["contentString"]!.ToString().Length > 0),
        "the result (or a contained resource of it) has one OperationOutcome about the nested definition that could not be applied" =>
            Contained(result, "OperationOutcome").Count() == 1 && Contained(result, "OperationOutcome").Single()["issue"]!.AsArray().Count(issue => issue!["severity"]!.ToString() != "information") == 1,
        "the result has one action for every action of the definition that applies, with the same title, timing, selection behaviour and order" =>
            HasActions(JsonNode.Parse(golden.Definition.Bytes.Span)!, Contained(result, "RequestGroup").First(), LeftOut(result), "PlanDefinition"),
        _ => false,
    };

    private static IEnumerable<JsonObject> Contained(JsonNode result, string type) =>
        result["contained"]!.AsArray().Select(part => part!.AsObject()).Where(part => part["resourceType"]!.ToString() == type);

    /// <summary>The actions with a condition that could not be evaluated, by their paths.</summary>
    private static HashSet<string> LeftOut(JsonNode result) =>
        [.. Contained(result, "OperationOutcome").SelectMany(outcome => outcome["issue"]!.AsArray()).Select(issue => issue!["expression"]![0]!.ToString()).Where(path => path.Contains(".condition[")).Select(path => path[..path.IndexOf(".condition[", StringComparison.Ordinal)])];

    private static bool HasActions(JsonNode definition, JsonNode result, HashSet<string> leftOut, string path)
    {
        var expected = (definition["action"] as JsonArray ?? []).Select((action, index) => (Action: action!, Path: $"{path}.action[{index}]")).Where(each => !leftOut.Contains(each.Path)).ToList();
        var found = result["action"] as JsonArray ?? [];
        return expected.Count == found.Count
            && expected.Zip(found).All(pair => Same.All(name => pair.First.Action[name]?.ToJsonString() == pair.Second![name]?.ToJsonString()) && HasActions(pair.First.Action, pair.Second!, leftOut, pair.First.Path));
    }
}
