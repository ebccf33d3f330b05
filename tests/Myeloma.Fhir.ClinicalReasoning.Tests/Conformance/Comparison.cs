using System.Text.Json;
using System.Text.Json.Nodes;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;

/// <summary>Holds a result against the expected one by structure: not by ids, urls of entries and instants.</summary>
internal static class Comparison
{
    /// <summary>Names of elements that depend on when or in which form it was made.</summary>
    private static readonly HashSet<string> Passing = ["fullUrl", "authoredOn", "created", "dateTime", "text"];

    /// <summary>What the reference implementation leaves out of an action, and a RequestGroup of R4 has.</summary>
    private static readonly HashSet<string> LeftOutByReference = ["prefix"];

    /// <returns>Where they differ; null when they do not.</returns>
    public static string? Difference(JsonElement expected, ReadOnlySpan<byte> found) =>
        Difference(Normal(JsonNode.Parse(expected.GetRawText())!), Normal(JsonNode.Parse(found)!), "");

    private static JsonObject Normal(JsonNode resource)
    {
        var root = resource.AsObject();
        var targets = new Dictionary<string, string>();
        foreach (var part in Parts(root))
        {
            var type = part.Resource["resourceType"]!.ToString();
            foreach (var name in (string?[])["#" + part.Resource["id"], $"{type}/{part.Resource["id"]}", part.FullUrl]) if (name is not null) targets.TryAdd(name, "the " + type);
        }

        RemoveRemarks(root);
        Settle(root, targets);
        foreach (var part in Parts(root)) part.Resource.Remove("id");
        root.Remove("id");
        return root;
    }

    private static IEnumerable<(JsonObject Resource, string? FullUrl)> Parts(JsonObject root) =>
        (root["contained"] as JsonArray ?? []).Select(part => (part!.AsObject(), (string?)null))
            .Concat((root["entry"] as JsonArray ?? []).Select(entry => (entry!["resource"]!.AsObject(), entry["fullUrl"]?.ToString())));

    /// <summary>Information, and that a transform is not carried out: the reference implementation passes over it.</summary>
    private static bool IsRemark(JsonNode issue) =>
        issue["severity"]!.ToString() == "information" || issue["details"]?["coding"]?[0]?["code"]?.ToString() == "apply-transform";

    /// <summary>Remarks that the reference implementation does not make: an OperationOutcome of nothing else, and what points at it.</summary>
    private static void RemoveRemarks(JsonObject root)
    {
        foreach (var list in new[] { root["contained"] as JsonArray, root["entry"] as JsonArray })
            foreach (var part in list?.ToList() ?? [])
                if ((part!["resource"] ?? part)["resourceType"]!.ToString() == "OperationOutcome" && (part["resource"] ?? part)["issue"]!.AsArray().All(issue => IsRemark(issue!)))
                {
                    list!.Remove(part);
                    foreach (var holder in Parts(root).Select(each => each.Resource).Append(root)) RemoveMessages(holder);
                }
    }

    private static void RemoveMessages(JsonObject holder)
    {
        if (holder["extension"] is not JsonArray extensions) return;
        foreach (var extension in extensions.Where(each => each!["url"]!.ToString().EndsWith("/cqf-messages", StringComparison.Ordinal)).ToList()) extensions.Remove(extension);
        if (extensions.Count == 0) holder.Remove("extension");
    }

    private static void Settle(JsonNode? node, Dictionary<string, string> targets)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) Settle(item, targets);
        }
        else if (node is JsonObject json)
        {
            foreach (var name in json.Select(each => each.Key).Where(Passing.Contains).ToList()) json.Remove(name);
            foreach (var name in json.Where(each => IsAbsent(each.Value)).Select(each => each.Key).ToList()) json.Remove(name);
            if (json["reference"] is JsonValue value && value.GetValueKind() == JsonValueKind.String && targets.TryGetValue(value.ToString(), out var target)) json["reference"] = target;
            foreach (var (_, child) in json.ToList()) Settle(child, targets);
        }
    }

    /// <summary>The reference implementation leaves out what must be there and is not known; this one says that it is not known.</summary>
    private static bool IsAbsent(JsonNode? value) =>
        value is JsonObject { Count: 1 } json && json["extension"] is JsonArray { Count: 1 } extensions && extensions[0]!["url"]!.ToString().EndsWith("/data-absent-reason", StringComparison.Ordinal);

    private static string? Difference(JsonNode? expected, JsonNode? found, string path) => (expected, found) switch
    {
        (JsonObject left, JsonObject right) => left.Select(each => each.Key).Union(right.Select(each => each.Key)).Where(name => left.ContainsKey(name) || !LeftOutByReference.Contains(name))
            .Select(name => Difference(left[name], right[name], $"{path}.{name}")).FirstOrDefault(difference => difference is not null),
        (JsonArray left, JsonArray right) when left.Count == right.Count =>
            left.Select((item, index) => Difference(item, right[index], $"{path}[{index}]")).FirstOrDefault(difference => difference is not null),
        (JsonValue left, JsonValue right) when left.ToString() == right.ToString() => null,
        _ => $"{path}: expected {expected?.ToJsonString() ?? "nothing"}, found {found?.ToJsonString() ?? "nothing"}",
    };
}
