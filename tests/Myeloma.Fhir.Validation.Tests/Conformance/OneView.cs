using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>A StructureDefinition with one of its two views alone.</summary>
internal static class OneView
{
    public static bool HasDifferential(ResourceDocument document) =>
        document.ResourceType == "StructureDefinition" && document.Root.Child("differential") is not null && document.Root.TextOf("kind") != "logical";

    /// <summary>Without its snapshot; anything else as it is.</summary>
    public static ResourceDocument Differential(ResourceDocument document) => HasDifferential(document) ? Without(document, "snapshot") : document;

    /// <summary>With a snapshot that is made, without its differential; as it is, and its url added to <paramref name="failed"/>, when none can be made.</summary>
    public static ResourceDocument Snapshot(ResourceDocument document, Func<string, ResourceDocument?> definitions, List<string> failed)
    {
        try
        {
            return Without(ResourceDocument.Parse(SnapshotGeneration.Generate(document, definitions)), "differential");
        }
        catch (FhirException exception)
        {
            failed.Add($"{document.Root.TextOf("url")}: {exception.Issues[0].Expression} {exception.Issues[0].Diagnostics}");
            return document;
        }
    }

    private static ResourceDocument Without(ResourceDocument document, string view)
    {
        var json = JsonNode.Parse(document.Bytes.Span)!.AsObject();
        json.Remove(view);
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
