using System.Text.Json;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>The CodeSystem resource of a system whose concepts lie elsewhere: all that a release says of it, the number of its concepts, and which they are.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem.html</remarks>
public static class ReleaseResource
{
    /// <param name="hash">Of the concepts: <see cref="ConceptContent.Hash"/>.</param>
    /// <returns>A CodeSystem without id, as UTF-8 JSON.</returns>
    public static byte[] Write(CodeSystemSource source, string hash) => JsonOutput.Resource("CodeSystem", writer =>
    {
        writer.WriteStartArray("extension");
        writer.WriteStartObject();
        writer.WriteString("url", ConceptContent.Extension);
        writer.WriteString("valueString", hash);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("url", source.Url);
        writer.Text("version", source.Version);
        writer.Text("name", source.Name);
        writer.Text("title", source.Title);
        writer.WriteString("status", source.Status ?? "active");
        if (source.IsExperimental) writer.WriteBoolean("experimental", true);
        if (source.CaseSensitive is { } isCaseSensitive) writer.WriteBoolean("caseSensitive", isCaseSensitive);
        writer.Text("valueSet", source.ValueSet);
        writer.Text("hierarchyMeaning", source.HierarchyMeaning);
        writer.WriteString("content", source.Content);
        writer.Text("supplements", source.Supplements);
        writer.WriteNumber("count", source.Concepts.Count);
        if (source.Properties.Count > 0) WriteProperties(writer, source.Properties);
    });

    private static void WriteProperties(Utf8JsonWriter writer, IReadOnlyList<PropertyDefinition> properties)
    {
        writer.WriteStartArray("property");
        foreach (var (code, uri, type) in properties)
        {
            writer.WriteStartObject();
            writer.WriteString("code", code);
            writer.Text("uri", uri);
            writer.WriteString("type", type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
