using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$infer-manifest-parameters</c>: makes a manifest of a module definition: the versions of all it depends on, as parameters.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-infer-manifest-parameters.html. Nothing is stored.</remarks>
internal sealed class InferManifestParametersOperation(LifecycleAccess access) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$infer-manifest-parameters",
        Url = ArtifactOperations.UrlOf("infer-manifest-parameters"),
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["Library"],
        Parameters = [.. LifecycleAccess.Selecting, new("library", "Library"), new("v1Compatible", "boolean")],
    };

    /// <returns>200 with a Library of type asset-collection that contains the Parameters. Dependencies without a version give none.</returns>
    /// <exception cref="FhirException">What <see cref="LifecycleAccess.SelectAsync"/> names; <c>invalid</c>: the Library is named and sent as well.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var versions = await access.VersionsAsync(cancellationToken);
        Element library;
        if (request.TryResource("library", out var sent))
        {
            if (request.Id is not null || LifecycleAccess.Selecting.Any(parameter => request.Arguments(parameter.Name).Any()))
                throw new FhirException(Issue.Invalid("The Library is sent and named as well; give it in one way.", sent.Expression));
            var faults = ResourceIntake.Errors(sent.Document);
            if (faults.Count > 0) throw new FhirException(sent.InBody(faults));
            library = sent.Document.Root;
        }
        else
        {
            library = (await access.SelectAsync(request, request.Text("version"), [], cancellationToken)).Root.Root;
        }

        List<(string Canonical, string Type)> pins = [];
        foreach (var related in library.Children("relatedArtifact"))
            if (related.TextOf("type") == "depends-on" && related.TextOf("resource") is { } canonical && canonical.IndexOf('|', StringComparison.Ordinal) > 0 && !pins.Any(pin => pin.Canonical == canonical))
                pins.Add((canonical, TypeOf(canonical.Split('|')[0], versions)));
        return FhirResponse.Ok(new Manifest(library, pins, request.Boolean("v1Compatible") == true));
    }

    /// <summary>The type of what a url names here or in R4, else the one that its tail names, else that of what has no such tail: a code system.</summary>
    private static string TypeOf(string url, Func<string, IReadOnlyList<ResourceDocument>> versions)
    {
        if (versions(url) is [var known, ..]) return known.ResourceType;
        if (R4Schema.Instance.CodeSystems.Find(url) is not null) return "CodeSystem";
        if (R4Schema.Instance.ValueSets.Contains(url)) return "ValueSet";
        return url.Split('/') is [.., var type, _] && R4Schema.Instance.IsResourceType(type) ? type : "CodeSystem";
    }

    private sealed class Manifest(Element library, IReadOnlyList<(string Canonical, string Type)> pins, bool isFirst) : ResponseContent
    {
        public override string ResourceType => "Library";

        public override void WriteTo(IBufferWriter<byte> output)
        {
            using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Library"u8);
            writer.WriteStartArray("contained"u8);
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            writer.WriteString("id"u8, "expansion"u8);
            if (pins.Count > 0)
            {
                writer.WriteStartArray("parameter"u8);
                foreach (var (canonical, type) in pins) WritePin(writer, canonical, type);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteStartArray("extension"u8);
            writer.WriteRawValue("""{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters","valueReference":{"reference":"#expansion"}}""");
            writer.WriteEndArray();
            foreach (var name in (string[])["url", "version", "title"])
                if (library.TextOf(name) is { } text) writer.WriteString(name, text);
            writer.WriteString("status"u8, "draft"u8);
            writer.WritePropertyName("type"u8);
            writer.WriteRawValue("""{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/library-type","code":"asset-collection"}]}""");
            writer.WriteEndObject();
        }

        /// <summary>What the first version of CRMI had no names of its own for bears its type.</summary>
        private void WritePin(Utf8JsonWriter writer, string canonical, string type)
        {
            var name = (type, isFirst) switch
            {
                ("CodeSystem", true) => "system-version",
                ("CodeSystem", false) => "default-system-version",
                ("ValueSet", false) => "default-valueset-version",
                (_, true) => "canonicalVersion",
                _ => "default-canonical-version",
            };
            writer.WriteStartObject();
            if (name is "canonicalVersion" or "default-canonical-version")
            {
                writer.WriteStartArray("extension"u8);
                writer.WriteStartObject();
                writer.WriteString("url"u8, "http://hl7.org/fhir/StructureDefinition/cqf-resourceType"u8);
                writer.WriteString("valueCode"u8, type);
                writer.WriteEndObject();
                writer.WriteEndArray();
            }

            writer.WriteString("name"u8, name);
            writer.WriteString("valueUri"u8, canonical);
            writer.WriteEndObject();
        }
    }
}
