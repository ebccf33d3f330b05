using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>Writes the CapabilityStatement. https://hl7.org/fhir/R4/capabilitystatement.html</summary>
internal static class CapabilityStatementWriter
{
    /// <summary>The release of the terminology ecosystem's tests that terminology was held against. https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/</summary>
    private const string TestVersion = "1.9.0";

    public static byte[] Write(SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations, bool deletesSeveral, string baseUrl, DateTimeOffset date)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            WriteHead(writer, baseUrl, date);
            writer.WriteStartArray("rest");
            WriteRest(writer, registry, operations, deletesSeveral, baseUrl);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter writer, string baseUrl, DateTimeOffset date)
    {
        writer.WriteString("resourceType", "CapabilityStatement");
        WriteFeatures(writer);
        writer.WriteString("url", $"{baseUrl}/metadata");
        writer.WriteString("version", SoftwareVersion.Version);
        writer.WriteString("name", "MyelomaFhir");
        writer.WriteString("title", "Myeloma.Fhir");
        writer.WriteString("status", "active");
        writer.WriteString("date", BundleWriting.Instant(date));
        writer.WriteString("kind", "instance");
        WriteArray(writer, "instantiates",
        [
            "http://hl7.org/fhir/CapabilityStatement/terminology-server", "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data",
            "http://hl7.org/fhir/uv/crmi/CapabilityStatement/crmi-shareable-artifact-repository", "http://hl7.org/fhir/uv/crmi/CapabilityStatement/crmi-publishable-artifact-repository",
            "http://hl7.org/fhir/uv/crmi/CapabilityStatement/crmi-authoring-artifact-repository",
        ]);
        SoftwareVersion.Write(writer, withDate: true);
        writer.WriteStartObject("implementation");
        writer.WriteString("description", "Terminology and plan definitions with the sources that state them");
        writer.WriteString("url", baseUrl);
        writer.WriteEndObject();
        writer.WriteString("fhirVersion", "4.0.1");
        WriteArray(writer, "format", ["application/fhir+json", "json", "application/fhir+xml", "xml"]);
        WriteArray(writer, "patchFormat", PatchDocument.MediaTypes);
    }

    /// <summary>The features that clients of the terminology ecosystem ask for before anything else. https://hl7.org/fhir/uv/application-feature/</summary>
    private static void WriteFeatures(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("extension");
        WriteFeature(writer, "http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version", () => writer.WriteString("valueCode", TestVersion));
        WriteFeature(writer, "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter", () => writer.WriteBoolean("valueBoolean", true));
        writer.WriteEndArray();
    }

    private static void WriteFeature(Utf8JsonWriter writer, string definition, Action writeValue)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("extension");
        writer.WriteStartObject();
        writer.WriteString("url", "definition");
        writer.WriteString("valueCanonical", definition);
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("url", "value");
        writeValue();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("url", "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature");
        writer.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter writer, SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations, bool deletesSeveral, string baseUrl)
    {
        var sources = RevIncludes.Of(registry);
        writer.WriteStartObject();
        WriteWebSocket(writer, baseUrl);
        writer.WriteString("mode", "server");
        writer.WriteStartArray("resource");
        foreach (var type in R4Schema.Instance.ResourceTypes) WriteType(writer, type, registry, sources, operations, deletesSeveral);
        writer.WriteEndArray();
        WriteInteractions(writer, OfferedInteraction.OfSystem);
        writer.WriteStartArray("searchParam");
        foreach (var parameter in OfferedParameter.Of(registry)) WriteParameter(writer, parameter.Name, null, parameter.Type, parameter.Summary);
        writer.WriteEndArray();
        WriteOperations(writer, operations.Where(operation => operation.Levels.HasFlag(OperationLevels.System)));
        writer.WriteEndObject();
    }

    /// <summary>Where clients bind to subscriptions. https://hl7.org/fhir/R4/extension-capabilitystatement-websocket.html</summary>
    private static void WriteWebSocket(Utf8JsonWriter writer, string baseUrl)
    {
        writer.WriteStartArray("extension");
        writer.WriteStartObject();
        writer.WriteString("url", "http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket");
        writer.WriteString("valueUri", $"ws{baseUrl["http".Length..]}/websocket");
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteType(Utf8JsonWriter writer, string type, SearchParameterRegistry registry, RevIncludes sources, IReadOnlyList<OperationDefinition> operations, bool deletesSeveral)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteString("profile", $"http://hl7.org/fhir/StructureDefinition/{type}");
        WriteInteractions(writer, OfferedInteraction.OfTypes);
        writer.WriteString("versioning", "versioned");
        writer.WriteBoolean("readHistory", true);
        writer.WriteBoolean("updateCreate", true);
        writer.WriteBoolean("conditionalCreate", OfferedInteraction.ConditionalCreate);
        writer.WriteString("conditionalRead", OfferedInteraction.ConditionalRead);
        writer.WriteBoolean("conditionalUpdate", OfferedInteraction.ConditionalUpdate);
        writer.WriteString("conditionalDelete", OfferedInteraction.ConditionalDelete(deletesSeveral));
        WriteArray(writer, "referencePolicy", ["literal", "logical"]);

        var parameters = registry.All(type).Where(parameter => parameter.IsIndexed).OrderBy(parameter => parameter.Code, StringComparer.Ordinal).ToList();
        WriteArray(writer, "searchInclude", parameters.Where(parameter => parameter.Type == SearchParameterType.Reference).Select(parameter => $"{type}:{parameter.Code}"));
        WriteArray(writer, "searchRevInclude", sources.To(type));
        writer.WriteStartArray("searchParam");
        foreach (var parameter in parameters) WriteParameter(writer, parameter.Code, parameter.Url, parameter.Type, OfferedParameter.FormsOf(parameter, registry));
        writer.WriteEndArray();
        WriteOperations(writer, operations.Where(operation => (operation.Levels & ~OperationLevels.System) != 0 && operation.IsFor(type)));
        writer.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter writer, string name, string? definition, SearchParameterType type, string documentation)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        if (definition is not null) writer.WriteString("definition", definition);
        writer.WriteString("type", type.ToString().ToLowerInvariant());
        if (documentation.Length > 0) writer.WriteString("documentation", documentation);
        writer.WriteEndObject();
    }

    private static void WriteOperations(Utf8JsonWriter writer, IEnumerable<OperationDefinition> operations)
    {
        var offered = operations.OrderBy(operation => operation.Name, StringComparer.Ordinal).ToList();
        if (offered.Count == 0) return;
        writer.WriteStartArray("operation");
        foreach (var operation in offered)
        {
            writer.WriteStartObject();
            writer.WriteString("name", operation.Name[1..]);
            writer.WriteString("definition", operation.Url);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteInteractions(Utf8JsonWriter writer, IEnumerable<OfferedInteraction> interactions)
    {
        writer.WriteStartArray("interaction");
        foreach (var interaction in interactions)
        {
            writer.WriteStartObject();
            writer.WriteString("code", interaction.Code);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>An array of strings; nothing at all for none, since FHIR has no empty arrays.</summary>
    private static void WriteArray(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        var open = false;
        foreach (var value in values)
        {
            if (!open) writer.WriteStartArray(name);
            open = true;
            writer.WriteStringValue(value);
        }

        if (open) writer.WriteEndArray();
    }
}
