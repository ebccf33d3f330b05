using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>Elements that a request must have and the definition does not give: they say that their value is not known.</summary>
/// <remarks>https://hl7.org/fhir/R4/extension-data-absent-reason.html</remarks>
internal static class MandatoryElements
{
    private const string Url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Adds what is missing at this level, with what must be in it.</summary>
    public static void Fill(ResourceDraft draft)
    {
        foreach (var element in draft.Type.Elements)
        {
            if (element.Min == 0 || IsThere(draft.Json, element)) continue;
            var type = element.Types[0].Type;
            var name = element.IsChoice ? element.Name + ResourceDraft.Capitalized(type.Name) : element.Name;
            if (type.Kind == TypeKind.Primitive) draft.Json["_" + name] = element.IsArray ? new JsonArray(Absent()) : Absent();
            else draft.Set(name, type.Kind == TypeKind.Backbone ? Backbone(type) : Absent());
        }
    }

    private static JsonObject Backbone(TypeSchema type)
    {
        var draft = new ResourceDraft(type, []);
        Fill(draft);
        return draft.Json;
    }

    private static bool IsThere(JsonObject json, ElementSchema element) => element.IsChoice
        ? element.Types.Any(type => Has(json, element.Name + ResourceDraft.Capitalized(type.Type.Name)))
        : Has(json, element.Name);

    private static bool Has(JsonObject json, string name) => json.ContainsKey(name) || json.ContainsKey("_" + name);

    private static JsonObject Absent() => new() { ["extension"] = new JsonArray(new JsonObject { ["url"] = Url, ["valueCode"] = "unknown" }) };
}
