using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Capabilities;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>Writes the TerminologyCapabilities. https://hl7.org/fhir/R4/terminologycapabilities.html</summary>
internal static class TerminologyCapabilitiesWriter
{
    public static byte[] Write(IReadOnlyList<CodeSystemCapability> systems, IReadOnlyList<OperationDefinition> operations, string baseUrl, DateTimeOffset date)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            WriteHead(writer, baseUrl, date);
            writer.WriteStartArray("codeSystem");
            foreach (var versions in systems.GroupBy(system => system.Url)) WriteSystem(writer, [.. versions]);
            writer.WriteEndArray();
            WriteExpansion(writer, operations.Single(operation => operation.Name == "$expand"));
            writer.WriteString("codeSearch", "all");
            WriteFlag(writer, "validateCode", "translations", true);
            WriteFlag(writer, "translation", "needsMap", false);
            if (operations.Any(operation => operation.Name == "$closure")) WriteFlag(writer, "closure", "translation", false);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter writer, string baseUrl, DateTimeOffset date)
    {
        writer.WriteString("resourceType", "TerminologyCapabilities");
        writer.WriteString("url", $"{baseUrl}/metadata?mode=terminology");
        writer.WriteString("version", SoftwareVersion.Version);
        writer.WriteString("name", "MyelomaFhirTerminology");
        writer.WriteString("title", "Terminology of Myeloma.Fhir");
        writer.WriteString("status", "active");
        writer.WriteString("date", BundleWriting.Instant(date));
        writer.WriteString("kind", "instance");
        SoftwareVersion.Write(writer, withDate: false);
        writer.WriteStartObject("implementation");
        writer.WriteString("description", "Code systems and value sets of FHIR R4 and those that are stored");
        writer.WriteString("url", baseUrl);
        writer.WriteEndObject();
        writer.WriteBoolean("lockedDate", false);
    }

    /// <summary>The version that counts where none is named is marked, by the one rule that all operations follow.</summary>
    private static void WriteSystem(Utf8JsonWriter writer, IReadOnlyList<CodeSystemCapability> versions)
    {
        var usual = VersionPattern.Select(versions, null, each => each.Version, each => each.Status);
        writer.WriteStartObject();
        writer.WriteString("uri", versions[0].Url);
        writer.WriteStartArray("version");
        foreach (var version in versions) WriteVersion(writer, version, version == usual);
        writer.WriteEndArray();
        writer.WriteBoolean("subsumption", versions.Any(version => version.HasHierarchy));
        writer.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter writer, CodeSystemCapability version, bool isDefault)
    {
        writer.WriteStartObject();
        if (version.Version is not null) writer.WriteString("code", version.Version);
        writer.WriteBoolean("isDefault", isDefault);
        writer.WriteBoolean("compositional", version.IsCompositional);
        WriteTexts(writer, "language", version.Languages);
        var filters = version.Filters.ToList();
        if (filters.Count > 0)
        {
            writer.WriteStartArray("filter");
            foreach (var (property, operators) in filters)
            {
                writer.WriteStartObject();
                writer.WriteString("code", property);
                WriteTexts(writer, "op", operators);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        WriteTexts(writer, "property", version.Properties);
        writer.WriteEndObject();
    }

    private static void WriteExpansion(Utf8JsonWriter writer, OperationDefinition expand)
    {
        writer.WriteStartObject("expansion");
        writer.WriteBoolean("hierarchical", true);
        writer.WriteBoolean("paging", true);
        writer.WriteBoolean("incomplete", true);
        writer.WriteStartArray("parameter");
        foreach (var parameter in expand.Parameters.Select(parameter => parameter.Name).Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("name", parameter);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("textFilter", "Words or beginnings of words in any order, found in displays, designations and codes without case and accents.");
        writer.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, string flag, bool value)
    {
        writer.WriteStartObject(name);
        writer.WriteBoolean(flag, value);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return;
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
