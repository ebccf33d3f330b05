using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>What the base definitions of R4 say of an element, as FHIRPath's <c>elementDefinition()</c> gives it. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
internal static class BaseElementDefinitions
{
    /// <summary>By path; those of a type come together.</summary>
    private static readonly ConcurrentDictionary<string, Element> Known = new(StringComparer.Ordinal);

    /// <summary>
    /// The definition of the place where an element stands: <c>HumanName.family</c> for <c>Patient.name.family</c>, <c>Observation.value[x]</c> whatever
    /// type was chosen, <c>Patient.contained</c> for a contained resource; of a root the first one of its type.
    /// </summary>
    /// <returns>An ElementDefinition within the StructureDefinition of its type; null when R4 has none.</returns>
    public static Element? Find(Element element)
    {
        var path = element.Property?.Element.Path ?? element.Type.Name;
        if (Known.TryGetValue(path, out var known)) return known;
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        if (element.Document.Schema.FindType(dot < 0 ? path : path[..dot]) is not { } type) return null;
        foreach (var definition in Definitions(type)) Known.TryAdd(definition.TextOf("path")!, definition);
        return Known.TryGetValue(path, out var found) ? found : null;
    }

    private static ElementEnumerable Definitions(TypeSchema type)
    {
        var definition = new JsonObject
        {
            ["resourceType"] = "StructureDefinition",
            ["url"] = SnapshotSource.Base + type.Name,
            ["name"] = type.Name,
            ["type"] = type.Name,
            ["snapshot"] = new JsonObject { ["element"] = SnapshotView.Write(BaseSnapshot.Of(type)) },
        };
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(definition.ToJsonString())).Root.Child("snapshot")!.Value.Children("element");
    }
}
