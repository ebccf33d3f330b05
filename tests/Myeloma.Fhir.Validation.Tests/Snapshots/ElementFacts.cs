using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Validation.Tests.Snapshots;

/// <summary>What an element of a snapshot says that a machine acts on, leaving words for people out.</summary>
internal static class ElementFacts
{
    /// <returns>One text an element, in their order; <c>id | fact | fact</c>.</returns>
    public static List<string> Of(JsonNode definition) => [.. definition["snapshot"]!["element"]!.AsArray().Select(element => Of(element!.AsObject()))];

    private static string Of(JsonObject element) => string.Join(" | ", new[]
    {
        (string?)element["id"],
        (string?)element["path"],
        $"{element["min"]}..{element["max"]}",
        $"base {element["base"]?["path"]} {element["base"]?["min"]}..{element["base"]?["max"]}",
        "types " + string.Join(", ", Items(element, "type").Select(Type)),
        $"content {((string?)element["contentReference"] is { } reference ? reference[reference.IndexOf('#', StringComparison.Ordinal)..] : "")}",
        "slicing " + Slicing(element["slicing"]),
        "fixed " + string.Join(", ", element.Where(property => property.Key.StartsWith("fixed", StringComparison.Ordinal) || property.Key.StartsWith("pattern", StringComparison.Ordinal))
            .Select(property => $"{property.Key}={property.Value!.ToJsonString()}")),
        element["binding"]?["valueSet"] is { } valueSet ? $"binding {element["binding"]!["strength"]} {valueSet}" : "",
        "constraints " + string.Join(", ", Items(element, "constraint").Select(constraint => (string?)constraint["key"]).Order(StringComparer.Ordinal)),
        $"modifier {IsTrue(element["isModifier"])}",
        $"support {IsTrue(element["mustSupport"])}",
    });

    private static IEnumerable<JsonNode> Items(JsonObject element, string name) => element[name] is JsonArray items ? items.Select(item => item!) : [];

    private static string Type(JsonNode type) =>
        $"{type["code"]}{Type(type, "profile")}{Type(type, "targetProfile")}".Replace("http://hl7.org/fhir/StructureDefinition/", "", StringComparison.Ordinal);

    /// <remarks>A reference to any resource and one without a target say the same.</remarks>
    private static string Type(JsonNode type, string name) =>
        type[name] is JsonArray profiles && !profiles.Any(each => (string)each! == "http://hl7.org/fhir/StructureDefinition/Resource") ? $" {name}({string.Join(' ', profiles.Select(each => (string)each!).Order(StringComparer.Ordinal))})" : "";

    private static string Slicing(JsonNode? slicing) => slicing is null ? "" :
        $"{string.Join(' ', (slicing["discriminator"] as JsonArray ?? []).Select(each => $"{each!["type"]}:{each["path"]}"))} {slicing["rules"]} {IsTrue(slicing["ordered"])}";

    private static bool IsTrue(JsonNode? flag) => flag is not null && (bool)flag;
}
