using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;

namespace Myeloma.Fhir.Loader.Statements;

/// <summary>An element of a built resource that words of documents stand behind: the unit that a person reviews.</summary>
/// <param name="Element">Where it stands now, as FHIRPath: <c>PlanDefinition.action[0].action[1]</c>.</param>
/// <param name="Key">The same without indexes, extensions by their url: it stays when something is put before it.</param>
/// <param name="Place">Where it stands in the JSON.</param>
/// <param name="Holder">The object that carries the sources: the element itself, or the <c>_name</c> beside a primitive.</param>
/// <param name="Citations">Its places in documents, as cited; one a fact.</param>
internal sealed record Statement(string Element, string Key, JsonPlace Place, JsonObject Holder, IReadOnlyList<Citation> Citations);

/// <summary>A property of an object, or an item of the array that it holds.</summary>
/// <param name="Name">Without the underscore of a primitive's other half.</param>
/// <param name="Index">Zero-based; -1 where the property holds no array.</param>
internal sealed record JsonPlace(JsonObject Parent, string Name, int Index)
{
    /// <summary>The value; for a primitive its own half. Null for a primitive that has none.</summary>
    public JsonNode? Value => Index < 0 ? Parent[Name] : (Parent[Name] as JsonArray)?[Index];
}
