using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>The requirements of an artifact as a Library of type module-definition. https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-moduledefinitionlibrary.html</summary>
internal sealed class ModuleDefinitionContent(TracedArtifacts traced, RequirementReading requirements, string baseUrl) : ResponseContent
{
    private const string CodeUrl = "http://hl7.org/fhir/StructureDefinition/cqf-directReferenceCode";

    public override string ResourceType => "Library";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        var root = traced.Resources[0];
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        ArtifactLibrary.Begin(
            writer, $"requirements-{root.ResourceType.ToLowerInvariant()}-{root.Id}", "module-definition", $"What {TracedArtifacts.CanonicalOf(root) ?? TracedArtifacts.NameOf(root)} requires",
            traced.Issues, requirements.Codes.Count == 0 ? null : WriteCodes);
        ArtifactLibrary.WriteRelated(writer, traced, isWhole: false, baseUrl);
        WriteAll(writer, "parameter", requirements.Parameters);
        WriteAll(writer, "dataRequirement", [.. requirements.Stated, .. requirements.Read.Select(type => $$"""{"type":"{{type}}"}""")]);
        writer.WriteEndObject();
    }

    private void WriteCodes(Utf8JsonWriter writer)
    {
        foreach (var code in requirements.Codes)
        {
            writer.WriteStartObject();
            writer.WriteString("url"u8, CodeUrl);
            writer.WritePropertyName("valueCoding"u8);
            writer.WriteRawValue(code, skipInputValidation: true);
            writer.WriteEndObject();
        }
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, List<string> items)
    {
        if (items.Count == 0) return;
        writer.WriteStartArray(name);
        foreach (var item in items) writer.WriteRawValue(item, skipInputValidation: true);
        writer.WriteEndArray();
    }
}
