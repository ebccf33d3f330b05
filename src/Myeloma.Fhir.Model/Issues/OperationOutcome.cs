using System.Text.Json;

namespace Myeloma.Fhir.Model.Issues;

/// <summary>Writes the OperationOutcome resource. https://hl7.org/fhir/R4/operationoutcome.html</summary>
public static class OperationOutcome
{
    /// <summary>The extensions of the standard that carry line and column.</summary>
    private const string LineUrl = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line";
    private const string ColumnUrl = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col";
    private const string MessageIdUrl = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id";

    /// <returns>The resource as UTF-8 JSON; an empty list becomes one informational "All OK." issue, since R4 asks for at least one.</returns>
    public static byte[] ToJson(IReadOnlyList<Issue> issues, string? id = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
            Write(writer, issues, id);
        return stream.ToArray();
    }

    /// <summary>Writes one OperationOutcome object at the writer's position.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Issue> issues, string? id = null)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "OperationOutcome");
        if (id is not null) writer.WriteString("id", id);
        writer.WriteStartArray("issue");
        foreach (var issue in issues.Count > 0 ? issues : [Issue.Information("All OK.")])
            Write(writer, issue);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Issue issue)
    {
        writer.WriteStartObject();
        if (issue.Line > 0 || issue.Details?.MessageId is not null)
        {
            writer.WriteStartArray("extension");
            if (issue.Line > 0)
            {
                WritePosition(writer, LineUrl, issue.Line);
                WritePosition(writer, ColumnUrl, issue.Column);
            }

            if (issue.Details?.MessageId is { } messageId) WriteMessageId(writer, messageId);
            writer.WriteEndArray();
        }

        writer.WriteString("severity", issue.Severity.Code());
        writer.WriteString("code", issue.Type.Code());
        if (issue.Details is { } details)
        {
            writer.WriteStartObject("details");
            if (details.Code is not null)
            {
                writer.WriteStartArray("coding");
                writer.WriteStartObject();
                writer.WriteString("system", details.System);
                writer.WriteString("code", details.Code);
                writer.WriteEndObject();
                writer.WriteEndArray();
            }

            writer.WriteString("text", issue.Diagnostics);
            writer.WriteEndObject();
        }
        else if (issue.MessageId is not null)
        {
            writer.WriteStartObject("details");
            writer.WriteStartArray("coding");
            writer.WriteStartObject();
            writer.WriteString("system", "http://myeloma-fhir.org/fhir/CodeSystem/message-id");
            writer.WriteString("code", issue.MessageId);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteString("diagnostics", issue.Diagnostics);
        if (issue.Expression is not null)
        {
            writer.WriteStartArray("expression");
            writer.WriteStringValue(issue.Expression);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteMessageId(Utf8JsonWriter writer, string messageId)
    {
        writer.WriteStartObject();
        writer.WriteString("url", MessageIdUrl);
        writer.WriteString("valueString", messageId);
        writer.WriteEndObject();
    }

    private static void WritePosition(Utf8JsonWriter writer, string url, int position)
    {
        writer.WriteStartObject();
        writer.WriteString("url", url);
        writer.WriteNumber("valueInteger", position);
        writer.WriteEndObject();
    }
}
