using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary><c>$license-requirements</c>: under which terms an artifact and all it depends on may be used, as far as they say.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-license-requirements.html. Nothing is stored.</remarks>
internal sealed class LicenseRequirementsOperation(ArtifactAccess access) : IOperation
{
    public OperationDefinition Definition { get; } = ArtifactOperations.Define(
        "$license-requirements", "license-requirements", [new("expression", "string", Max: int.MaxValue), new("parameters", "Parameters"), new("include", "string", Max: int.MaxValue)]);

    /// <returns>
    /// 200 with Parameters: one named by the canonical url for each artifact, the one that was asked for first, with license, license-details, publisher, copyright (what there is of them) and canonical.
    /// </returns>
    /// <exception cref="Model.Issues.FhirException">What <see cref="ArtifactAccess.TraceAsync"/> and <see cref="PackageFilter"/> name.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var traced = await access.TraceAsync(request, cancellationToken);
        var filter = new PackageFilter(request, traced.Resources[0]);
        return FhirResponse.Ok(new Licenses([.. traced.Resources.Where(document => filter.Takes(document) && ArtifactMetadata.Url(document.Root) is not null)]));
    }

    private sealed class Licenses(IReadOnlyList<ResourceDocument> artifacts) : ResponseContent
    {
        private const string License = "http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-license";
        private const string LicenseDetail = "http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-license-detail";

        public override string ResourceType => "Parameters";

        public override void WriteTo(IBufferWriter<byte> output)
        {
            using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            if (artifacts.Count > 0)
            {
                writer.WriteStartArray("parameter"u8);
                foreach (var artifact in artifacts) WriteArtifact(writer, artifact.Root);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        private static void WriteArtifact(Utf8JsonWriter writer, Element artifact)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, ArtifactMetadata.Url(artifact)!.Value.Text);
            writer.WriteStartArray("part"u8);
            Part(writer, "license", "valueCode", artifact.TextOf("license") ?? Extension(artifact, License));
            Part(writer, "license-details", "valueMarkdown", Extension(artifact, LicenseDetail));
            Part(writer, "publisher", "valueString", artifact.TextOf("publisher"));
            Part(writer, "copyright", "valueMarkdown", artifact.TextOf("copyright"));
            Part(writer, "canonical", "valueCanonical", ArtifactMetadata.CanonicalOf(artifact));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        /// <summary>Of the resource or its meta: CRMI has it on meta.</summary>
        private static string? Extension(Element artifact, string url)
        {
            foreach (var place in (Element?[])[artifact.Child("meta"), artifact])
                if (place is { } element)
                    foreach (var extension in element.Children("extension"))
                        if (extension.TextOf("url") == url) return extension.TextOf("value");
            return null;
        }

        private static void Part(Utf8JsonWriter writer, string name, string property, string? value)
        {
            if (value is null) return;
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteString(property, value);
            writer.WriteEndObject();
        }
    }
}
