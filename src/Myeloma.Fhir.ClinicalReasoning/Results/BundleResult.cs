using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>The result as later releases have it: a Bundle with the RequestGroup first. https://hl7.org/fhir/uv/cpg/OperationDefinition-cpg-plandefinition-apply.html</summary>
internal static class BundleResult
{
    private const string PertainsToGoal = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal";

    public static byte[] Write(ApplyRun run, Definition plan)
    {
        var group = run.Resources.All[0];
        foreach (var goal in run.Goals) Outcome.Extend(group, PertainsToGoal, ProducedResources.ReferenceTo(goal));
        Outcome.Add(group, run.Resources, run.Issues);
        var urls = run.Resources.All.ToDictionary(resource => resource["id"]!.GetValue<string>(), resource => UrlOf(run, plan, resource));
        var entries = new JsonArray();
        foreach (var resource in run.Resources.All)
        {
            Point(resource, urls);
            entries.Add(new JsonObject { ["fullUrl"] = urls[resource["id"]!.GetValue<string>()], ["resource"] = resource });
        }

        return SchemaOrder.ToJson(new JsonObject { ["resourceType"] = "Bundle", ["type"] = "collection", ["entry"] = entries });
    }

    /// <summary>The same for the same plan, subject, time and place in the plan.</summary>
    private static string UrlOf(ApplyRun run, Definition plan, JsonObject resource)
    {
        var text = string.Join('\n', plan.Name, run.Request.Subject, run.Now, resource["resourceType"], resource["id"]);
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return "urn:uuid:" + new Guid(bytes, bigEndian: true);
    }

    /// <summary>Entries are pointed at by their url, not as contained ones.</summary>
    private static void Point(JsonNode? node, Dictionary<string, string> urls)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array) Point(item, urls);
                break;
            case JsonObject json:
                if (json["reference"] is JsonValue value && value.TryGetValue<string>(out var reference) && reference is ['#', .. var id] && urls.TryGetValue(id, out var url)) json["reference"] = url;
                foreach (var (_, child) in json.ToList()) Point(child, urls);
                break;
        }
    }
}
