using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>A package as a Bundle: the manifest of the outcome first, then the resources. https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-package.html</summary>
/// <param name="resources">The resources of the package, those of other pages among them, each with what of it is to go out.</param>
/// <param name="count">Most resources of the page, the manifest not counted; null for all.</param>
internal sealed class PackageContent(
    TracedArtifacts traced, IReadOnlyList<(ResourceDocument Document, ReadOnlyMemory<byte> Json)> resources, IReadOnlyList<Issue> issues, int offset, int? count, string baseUrl) : ResponseContent
{
    public override string ResourceType => "Bundle";

    /// <summary>A whole package can be sent to a server as it is; a page of one can't.</summary>
    private bool IsWhole => offset == 0 && (count is null || count >= resources.Count);

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Bundle"u8);
        writer.WriteString("type"u8, count == 0 ? "searchset"u8 : IsWhole ? "transaction"u8 : "collection"u8);
        if (count == 0) writer.WriteNumber("total"u8, resources.Count);
        else WriteEntries(writer);
        writer.WriteEndObject();
    }

    private void WriteEntries(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("entry"u8);
        var id = ManifestId(traced.Resources[0]);
        WriteEntry(writer, $"Library/{id}", () => WriteManifest(writer, id));
        foreach (var (document, json) in resources.Skip(offset).Take(count ?? int.MaxValue))
            WriteEntry(writer, TracedArtifacts.NameOf(document), () => writer.WriteRawValue(json.Span, skipInputValidation: true));
        writer.WriteEndArray();
    }

    private void WriteEntry(Utf8JsonWriter writer, string name, Action resource)
    {
        writer.WriteStartObject();
        writer.WriteString("fullUrl"u8, $"{baseUrl}/{name}");
        writer.WritePropertyName("resource"u8);
        resource();
        if (IsWhole)
        {
            writer.WriteStartObject("request"u8);
            writer.WriteString("method"u8, "PUT"u8);
            writer.WriteString("url"u8, name);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteManifest(Utf8JsonWriter writer, string id)
    {
        var root = traced.Resources[0];
        ArtifactLibrary.Begin(writer, id, "asset-collection", $"What the package of {TracedArtifacts.CanonicalOf(root) ?? TracedArtifacts.NameOf(root)} consists of", issues);
        ArtifactLibrary.WriteRelated(writer, traced, isWhole: true, baseUrl);
        writer.WriteEndObject();
    }

    private static string ManifestId(ResourceDocument root)
    {
        var id = $"package-{root.ResourceType.ToLowerInvariant()}-{root.Id}";
        return id.Length <= 64 ? id : id[..64];
    }
}
