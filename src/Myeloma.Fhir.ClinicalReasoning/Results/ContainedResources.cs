using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>Takes resources that a definition contains, and a part of the result points at, into the result: <c>productReference</c> to a contained Medication.</summary>
internal sealed class ContainedResources(ProducedResources produced)
{
    private readonly Dictionary<Element, string> taken = [];

    /// <summary>Lets references to contained resources point at what was taken over; what they point at in turn comes along.</summary>
    public void TakeAlong(JsonNode? part, Definition from)
    {
        switch (part)
        {
            case JsonArray array:
                foreach (var item in array) TakeAlong(item, from);
                break;
            case JsonObject json:
                if (json["reference"] is JsonValue value && value.TryGetValue<string>(out var reference) && reference is ['#', .. var id] && Find(id, from) is { } resource)
                    json["reference"] = "#" + Take(resource, from);
                foreach (var (_, child) in json.ToList()) TakeAlong(child, from);
                break;
        }
    }

    private string Take(Element resource, Definition from)
    {
        if (taken.TryGetValue(resource, out var id)) return id;
        var copy = (JsonObject)ResourceDraft.ValueOf(resource)!;
        taken[resource] = id = produced.Add(copy, resource.TextOf("id")!);
        TakeAlong(copy, from);
        return id;
    }

    private static Element? Find(string id, Definition from) => from.FindContained(id) is { Type: not ("ActivityDefinition" or "PlanDefinition") } found ? found.Root : null;
}
