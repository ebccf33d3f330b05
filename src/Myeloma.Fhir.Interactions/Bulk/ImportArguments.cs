using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Reads the parameters of an import, from Parameters or from a manifest that is no resource.</summary>
/// <remarks>Names as in https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md, which other servers take as well.</remarks>
public static class ImportArguments
{
    /// <summary>The inputs that are named.</summary>
    /// <returns>Each with the expression of its URL.</returns>
    /// <exception cref="FhirException">All faults together.</exception>
    internal static List<(ImportInput Input, string? Expression)> Read(OperationRequest request, int maxInputs)
    {
        List<Issue> issues = [];
        List<(ImportInput, string?)> inputs = [];
        if (request.Text("inputFormat") is { } format && !BulkPlace.Formats.Contains(format))
            issues.Add(Issue.NotSupported($"Inputs are read as {BulkPlace.MediaType}, not as '{format}'."));
        foreach (var argument in request.Arguments("input"))
        {
            string? type = null, url = null, expression = argument.Expression;
            var at = 0;
            foreach (var part in argument.Parameter!.Value.Children("part"))
            {
                var text = part.Child("value")?.Text;
                if (part.TextOf("name") == "type") type = text;
                else if (part.TextOf("name") == "url") (url, expression) = (text, $"{argument.Expression}.part[{at}].value");
                at++;
            }

            if (url is null) issues.Add(Issue.Required("An input has a part 'url' that says where its lines are.", argument.Expression));
            else if (type is not null && !R4Schema.Instance.IsResourceType(type)) issues.Add(Issue.Invalid($"'{type}' of an input is not a resource type of FHIR R4.", argument.Expression));
            else inputs.Add((new ImportInput(type, url), expression));
        }

        if (issues.Count == 0 && inputs.Count == 0)
            issues.Add(Issue.Required($"There is nothing to import: name files by 'input', or send the lines themselves with the content type {BulkPlace.MediaType}."));
        if (inputs.Count > maxInputs)
            issues.Add(Issue.TooCostly(FormattableString.Invariant($"The import has {inputs.Count:N0} inputs, more than the {maxInputs:N0} allowed (setting Fhir:Bulk:MaxInputs).")));
        return issues.Count == 0 ? inputs : throw new FhirException(issues);
    }

    /// <summary>A manifest as Parameters: <c>{"inputFormat":…,"inputSource":…,"input":[{"type":…,"url":…}]}</c>.</summary>
    /// <returns>Null when it is something else: a resource, or no JSON.</returns>
    public static byte[]? FindManifest(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var manifest = JsonDocument.Parse(json);
            var root = manifest.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.TryGetProperty("resourceType", out _) || !root.TryGetProperty("input", out var inputs) || inputs.ValueKind != JsonValueKind.Array) return null;
            var output = new ArrayBufferWriter<byte>(1024);
            using (var writer = new Utf8JsonWriter(output, JsonWriting.Options)) Write(writer, root, inputs);
            return output.WrittenSpan.ToArray();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement root, JsonElement inputs)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        WriteText(writer, root, "inputFormat", "valueCode");
        WriteText(writer, root, "inputSource", "valueUri");
        foreach (var input in inputs.EnumerateArray())
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, "input"u8);
            writer.WriteStartArray("part"u8);
            WriteText(writer, input, "type", "valueCode");
            WriteText(writer, input, "url", "valueUri");
            if (input.ValueKind != JsonValueKind.Object || !input.EnumerateObject().Any(property => property.Name is "type" or "url")) WriteEmpty(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, JsonElement from, string name, string element)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var value)) return;
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WritePropertyName(element);
        value.WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>An input without anything known in it still is one, that lacks its URL.</summary>
    private static void WriteEmpty(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "type"u8);
        writer.WriteString("valueCode"u8, "Resource"u8);
        writer.WriteEndObject();
    }
}
