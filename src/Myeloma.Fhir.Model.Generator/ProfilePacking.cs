using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>
/// The profiles and extension definitions of the specification as the validator reads them: StructureDefinitions with their differential alone, without
/// narrative, mappings and words for people. One line each, in ordinal order of the url: url, tab, JSON. Four bytes with the unpacked length, then Brotli.
/// </summary>
internal static class ProfilePacking
{
    private static readonly string[] Files = ["profiles-types", "profiles-others", "extension-definitions"];

    private static readonly HashSet<string> Kept =
    [
        "resourceType", "url", "name", "status", "kind", "abstract", "type", "baseDefinition", "derivation", "context", "differential",
    ];

    private static readonly HashSet<string> LeftOutOfElements =
    [
        "short", "definition", "comment", "requirements", "alias", "mapping", "example", "mustSupport", "isSummary", "isModifierReason", "meaningWhenMissing",
        "orderMeaning", "base", "label", "code", "condition", "extension", "representation",
    ];

    /// <returns>Number of bytes written.</returns>
    public static long Save(Definitions definitions, string path)
    {
        var lines = new StringBuilder();
        foreach (var definition in Profiles(definitions)) lines.Append(definition.String("url")).Append('\t').Append(Reduced(definition)).Append('\n');
        var data = Encoding.UTF8.GetBytes(lines.ToString());
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes(data.Length));
        using (var brotli = new BrotliStream(file, CompressionLevel.SmallestSize, leaveOpen: true)) brotli.Write(data);
        return file.Length;
    }

    /// <summary>Profiles of types and resources; logical models constrain nothing that is exchanged.</summary>
    private static IEnumerable<JsonElement> Profiles(Definitions definitions) =>
        Files.SelectMany(definitions.Read)
            .Where(resource => resource.String("resourceType") == "StructureDefinition")
            .Where(resource => resource.String("derivation") == "constraint" && resource.String("kind") != "logical")
            .DistinctBy(resource => resource.String("url"))
            .OrderBy(resource => resource.String("url"), StringComparer.Ordinal);

    private static string Reduced(JsonElement definition)
    {
        var reduced = new JsonObject();
        foreach (var property in definition.EnumerateObject().Where(property => Kept.Contains(property.Name)))
            reduced[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        foreach (var element in reduced["differential"]!["element"]!.AsArray()) Reduce(element!.AsObject());
        return reduced.ToJsonString();
    }

    private static void Reduce(JsonObject element)
    {
        foreach (var name in element.Select(property => property.Key).Where(name => LeftOutOfElements.Contains(name.TrimStart('_'))).ToList()) element.Remove(name);
        foreach (var part in new[] { "binding", "slicing" })
        {
            if (element[part] is not JsonObject reduced) continue;
            reduced.Remove("description");
            reduced.Remove("extension");
        }

        Amend(element);
        foreach (var constraint in element["constraint"]?.AsArray() ?? []) constraint!.AsObject().Remove("xpath");
    }

    /// <summary>
    /// The components of a vital sign (flow and concentration of oxygen, the state of the device) have values of other kinds than vital signs; that their
    /// units must be those of vital signs is an oversight of 4.0.1, which is read as extensible.
    /// </summary>
    private static void Amend(JsonObject element)
    {
        if (element["id"]?.GetValue<string>() == "Observation.component.value[x]" && element["binding"] is JsonObject binding
            && binding["valueSet"]?.GetValue<string>().StartsWith("http://hl7.org/fhir/ValueSet/ucum-vitals-common", StringComparison.Ordinal) == true)
        {
            binding["strength"] = "extensible";
        }
    }
}
