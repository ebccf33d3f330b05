using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Loader;

/// <summary>How a resource that no document states any more says so, in the status its type has for that.</summary>
internal static class Retirement
{
    /// <returns>The resource with that status; null when it has it already or its type knows none (Provenance, Binary).</returns>
    public static JsonObject? Of(string type, JsonObject resource)
    {
        var (element, value) = type switch
        {
            "Medication" or "MedicationKnowledge" or "Device" => ("status", (JsonNode)"inactive"),
            "ResearchStudy" => ("status", "withdrawn"),
            "DocumentReference" => ("status", "superseded"),
            "Organization" => ("active", false),
            "Provenance" or "Binary" => ("", ""),
            _ => ("status", "retired"),
        };
        if (element.Length == 0 || JsonNode.DeepEquals(resource[element], value)) return null;

        var retired = (JsonObject)resource.DeepClone();
        retired[element] = value;
        if (retired["meta"] is JsonObject meta)
        {
            meta.Remove("versionId");
            meta.Remove("lastUpdated");
        }

        return retired;
    }
}
