using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>What the reader of a result has to know, in the result. https://hl7.org/fhir/extensions/StructureDefinition-cqf-messages.html</summary>
internal static class Outcome
{
    private const string MessagesUrl = "http://hl7.org/fhir/StructureDefinition/cqf-messages";

    /// <summary>Adds an OperationOutcome with the issues, and the extension that points at it; nothing when there are none.</summary>
    public static void Add(JsonObject resource, ProducedResources produced, IReadOnlyList<Issue> issues)
    {
        if (issues.Count == 0) return;
        var outcome = (JsonObject)JsonNode.Parse(OperationOutcome.ToJson(issues))!;
        Extend(resource, MessagesUrl, ProducedResources.ReferenceTo(produced.Add(outcome, "apply-outcome")));
    }

    public static void Extend(JsonObject resource, string url, JsonObject reference)
    {
        if (resource["extension"] is not JsonArray extensions) resource["extension"] = extensions = [];
        extensions.Add(new JsonObject { ["url"] = url, ["valueReference"] = reference });
    }
}
