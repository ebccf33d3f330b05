using System.Globalization;
using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>Takes out of an answer what is not compared, and puts its lists in one order.</summary>
internal static class AnswerOrder
{
    /// <summary>Extensions that are compared; others are dropped from the answer.</summary>
    private static readonly HashSet<string> Compared =
    [
        "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id", "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status",
        "http://hl7.org/fhir/StructureDefinition/valueset-deprecated", "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition",
        "http://hl7.org/fhir/StructureDefinition/coding-sctdescid", "http://hl7.org/fhir/StructureDefinition/rendering-style",
        "http://hl7.org/fhir/StructureDefinition/rendering-xhtml", "http://hl7.org/fhir/StructureDefinition/valueset-supplement",
        "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed-reason",
    ];

    public static JsonObject Of(JsonObject resource, bool isAnswer)
    {
        if (isAnswer) Drop(resource);
        Sort(resource);
        return resource;
    }

    private static void Drop(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) if (item is not null) Drop(item);
            return;
        }

        if (node is not JsonObject each) return;
        if (each.ContainsKey("resourceType")) foreach (var name in (string[])["meta", "text"]) each.Remove(name);
        if (each.ContainsKey("severity")) each.Remove("diagnostics");
        if (each["extension"] is JsonArray extensions)
        {
            foreach (var extension in extensions.ToList())
                if (!Compared.Contains(extension!["url"]!.GetValue<string>())) extensions.Remove(extension);
            if (extensions.Count == 0) each.Remove("extension");
        }

        foreach (var (_, value) in each) if (value is not null) Drop(value);
    }

    private static void Sort(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) if (item is not null) Sort(item);
            return;
        }

        if (node is not JsonObject each) return;
        foreach (var (_, value) in each.ToList()) if (value is not null) Sort(value);
        foreach (var (name, value) in each.ToList())
            if (value is JsonArray list && KeyOf(name) is { } key) each[name] = new JsonArray([.. list.Select(item => item?.DeepClone()).OrderBy(item => key(item!), StringComparer.Ordinal)]);
        if (each["name"]?.ToString() == "message" && each["valueString"] is JsonValue message)
            each["valueString"] = string.Join("; ", message.GetValue<string>().Split("; ").Order(StringComparer.Ordinal));
    }

    private static Func<JsonNode, string>? KeyOf(string list) => list switch
    {
        "parameter" or "part" => node => $"{Text(node, "name")}\u0001{PartText(node, "code")}\u0001{PartText(node, "language")}\u0001{PartText(node, "value")}\u0001{ValueText(node)}",
        "issue" => node => string.Join('\u0001', Text(node, "severity"), Text(node, "code"), node["expression"]?[0]?.ToString() ?? node["location"]?[0]?.ToString(), node["details"]?["coding"]?[0]?["code"]?.ToString(), node["details"]?["text"]?.ToString()),
        "contains" => node => $"{Text(node, "code")}\u0001{Text(node, "version")}",
        "designation" => node => $"{Text(node, "language")}\u0001{Text(node, "value")}",
        "property" => node => $"{Text(node, "uri")}\u0001{Text(node, "code")}\u0001{ValueText(node)}",
        "extension" => node => Text(node, "url"),
        _ => null,
    };

    private static string Text(JsonNode node, string name) => node is JsonObject each ? each[name]?.ToString() ?? "" : "";

    private static string PartText(JsonNode node, string name)
    {
        if (node["part"] is not JsonArray parts) return "";
        var part = parts.FirstOrDefault(each => Text(each!, "name") == name);
        return part is null ? "" : ValueText(part);
    }

    private static string ValueText(JsonNode node) => node is JsonObject each
        ? string.Join('\u0001', each.Where(pair => pair.Key.StartsWith("value", StringComparison.Ordinal)).Select(pair => Convert.ToString(pair.Value?.ToJsonString(), CultureInfo.InvariantCulture)))
        : "";
}
