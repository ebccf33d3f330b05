using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>R5 to R4 and back, as far as requests and answers of the suite differ in the two.</summary>
internal static class LaterForms
{
    private const string Later = "http://hl7.org/fhir/5.0/StructureDefinition/";
    private static readonly string[] LaterOperators = ["child-of", "descendent-leaf"];

    /// <summary>What the suite sends, in R4: filter operators that R4 lacks become extensions; numbers and booleans that are quoted lose their quotes.</summary>
    public static JsonNode ToR4(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array.ToList()) if (item is not null) ToR4(item);
        }
        else if (node is JsonObject resource)
        {
            if (resource["op"] is JsonValue op && LaterOperators.Contains(op.GetValue<string>()))
            {
                resource["_op"] = new JsonObject
                {
                    ["extension"] = new JsonArray(new JsonObject { ["url"] = Later + "extension-ValueSet.compose.include.filter.op", ["valueCode"] = op.GetValue<string>() }),
                };
                resource.Remove("op");
            }

            foreach (var (name, value) in resource.ToList())
            {
                if (value is JsonValue text && text.TryGetValue<string>(out var written) && written is "true" or "false" && name is "valueBoolean") resource[name] = text.GetValue<string>() == "true";
                else if (value is not null) ToR4(value);
            }
        }

        return node;
    }

    /// <summary>An expansion of R4 in the form of R5: properties out of their extensions.</summary>
    public static JsonObject ToR5(JsonObject resource)
    {
        if (resource["expansion"] is JsonObject expansion)
        {
            TakeOut(expansion, Later + "extension-ValueSet.expansion.property");
            Contains(expansion["contains"]);
        }

        return resource;
    }

    private static void Contains(JsonNode? list)
    {
        foreach (var each in list as JsonArray ?? [])
        {
            if (each is not JsonObject member) continue;
            TakeOut(member, Later + "extension-ValueSet.expansion.contains.property");
            Contains(member["contains"]);
        }
    }

    private static void TakeOut(JsonObject holder, string url)
    {
        if (holder["extension"] is not JsonArray extensions) return;
        var properties = new JsonArray();
        foreach (var extension in extensions.ToList())
        {
            if (extension!["url"]!.GetValue<string>() != url) continue;
            extensions.Remove(extension);
            var property = new JsonObject();
            foreach (var part in extension["extension"]!.AsArray())
            {
                var (name, value) = part!.AsObject().First(pair => pair.Key.StartsWith("value", StringComparison.Ordinal));
                property[part["url"]!.GetValue<string>() == "value" ? name : part["url"]!.GetValue<string>()] = value!.DeepClone();
            }

            properties.Add(property);
        }

        if (extensions.Count == 0) holder.Remove("extension");
        if (properties.Count > 0) holder["property"] = properties;
    }
}
