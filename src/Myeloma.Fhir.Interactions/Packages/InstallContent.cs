using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>
/// What became of an installation, as Parameters: <c>dryRun</c>, a <c>package</c> each with a <c>resource</c> for every file, a <c>dependency</c> each, and an <c>outcome</c> for people.
/// </summary>
public sealed class InstallContent(InstallReport report) : ResponseContent
{
    public override string ResourceType => "Parameters";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "dryRun"u8);
        writer.WriteBoolean("valueBoolean"u8, report.IsDryRun);
        writer.WriteEndObject();
        foreach (var package in report.Packages) WritePackage(writer, package);
        foreach (var note in report.Dependencies) WriteDependency(writer, note);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "outcome"u8);
        writer.WritePropertyName("resource"u8);
        OperationOutcome.Write(writer, report.Summary());
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter writer, InstalledPackage package)
    {
        Begin(writer, "package");
        Write(writer, "name", "valueString", package.Name);
        Write(writer, "version", "valueString", package.Version);
        Write(writer, "integrity", "valueString", package.Integrity);
        foreach (var line in package.Lines)
        {
            Begin(writer, "resource");
            Write(writer, "file", "valueString", line.File);
            Write(writer, "outcome", "valueCode", line.Outcome);
            if (line.Reference is { } reference) Write(writer, "reference", "valueString", reference);
            if (line.Canonical is { } canonical) Write(writer, "canonical", "valueCanonical", canonical);
            if (line.Reason is { } reason) Write(writer, "reason", "valueString", reason);
            End(writer);
        }

        End(writer);
    }

    private static void WriteDependency(Utf8JsonWriter writer, DependencyNote note)
    {
        Begin(writer, "dependency");
        Write(writer, "from", "valueString", note.From);
        Write(writer, "name", "valueString", note.Name);
        Write(writer, "version", "valueString", note.Version);
        Write(writer, "state", "valueCode", note.State);
        End(writer);
    }

    private static void Begin(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteStartArray("part"u8);
    }

    private static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, string element, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString(element, value);
        writer.WriteEndObject();
    }
}
