using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Writes what the Libraries that tell of artifacts have in common: what they are, what they are about, and what could not be had.</summary>
internal static class ArtifactLibrary
{
    private const string MessagesUrl = "http://hl7.org/fhir/StructureDefinition/cqf-messages";

    /// <summary>Begins a Library: what is told goes into an OperationOutcome in it, which an extension points at.</summary>
    /// <param name="type">Of library-type. https://hl7.org/fhir/R4/valueset-library-type.html</param>
    /// <param name="extensions">Writes further extensions.</param>
    public static void Begin(Utf8JsonWriter writer, string id, string type, string title, IReadOnlyList<Issue> issues, Action<Utf8JsonWriter>? extensions = null)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Library"u8);
        writer.WriteString("id"u8, id.Length <= 64 ? id : id[..64]);
        if (issues.Count > 0)
        {
            writer.WriteStartArray("contained"u8);
            OperationOutcome.Write(writer, issues, "messages");
            writer.WriteEndArray();
        }

        if (issues.Count > 0 || extensions is not null) WriteExtensions(writer, issues, extensions);
        writer.WriteString("title"u8, title);
        writer.WriteString("status"u8, "active"u8);
        writer.WriteStartObject("type"u8);
        writer.WriteStartArray("coding"u8);
        writer.WriteStartObject();
        writer.WriteString("system"u8, "http://terminology.hl7.org/CodeSystem/library-type"u8);
        writer.WriteString("code"u8, type);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>What an artifact depends on; what is not here stands behind what is.</summary>
    /// <param name="isWhole">Whether the artifact itself is told, too, as what it is composed of.</param>
    public static void WriteRelated(Utf8JsonWriter writer, TracedArtifacts traced, bool isWhole, string baseUrl)
    {
        if (!isWhole && traced.Resources.Count + traced.Elsewhere.Count == 1) return;
        writer.WriteStartArray("relatedArtifact"u8);
        for (var index = isWhole ? 0 : 1; index < traced.Resources.Count; index++) WriteRelated(writer, index == 0 ? "composed-of" : "depends-on", traced.Resources[index], baseUrl);
        foreach (var canonical in traced.Elsewhere)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "depends-on"u8);
            writer.WriteString("resource"u8, canonical);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRelated(Utf8JsonWriter writer, string type, ResourceDocument document, string baseUrl)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        if ((document.Root.TextOf("title") ?? document.Root.TextOf("name")) is { } title) writer.WriteString("display"u8, title);

        // A resource without a canonical, as a Medication, is named by where it is.
        if (TracedArtifacts.CanonicalOf(document) is { } canonical) writer.WriteString("resource"u8, canonical);
        else writer.WriteString("url"u8, $"{baseUrl}/{TracedArtifacts.NameOf(document)}");
        writer.WriteEndObject();
    }

    private static void WriteExtensions(Utf8JsonWriter writer, IReadOnlyList<Issue> issues, Action<Utf8JsonWriter>? extensions)
    {
        writer.WriteStartArray("extension"u8);
        extensions?.Invoke(writer);
        if (issues.Count > 0)
        {
            writer.WriteStartObject();
            writer.WriteString("url"u8, MessagesUrl);
            writer.WriteStartObject("valueReference"u8);
            writer.WriteString("reference"u8, "#messages"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
