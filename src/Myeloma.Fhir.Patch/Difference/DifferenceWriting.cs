using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Patch.Difference;

/// <summary>Writes a difference as Parameters. https://hl7.org/fhir/R4/fhirpatch.html</summary>
internal static class DifferenceWriting
{
    /// <summary>The types that <c>Parameters.parameter.value[x]</c> takes; what is of another type is written in parts.</summary>
    private static readonly Dictionary<string, string> ValueNames = R4Schema.Instance.FindType("Parameters")!.FindElement("parameter")!.Types[0].Type.FindElement("value")!.Types
        .ToDictionary(type => type.Type.Name, type => $"value{type.Type.Name[..1].ToUpperInvariant()}{type.Type.Name[1..]}", StringComparer.Ordinal);

    public static byte[] ToParameters(IReadOnlyList<Change> changes)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            if (changes.Count > 0)
            {
                writer.WriteStartArray("parameter");
                foreach (var change in changes) Write(writer, change);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, Change change)
    {
        writer.WriteStartObject();
        writer.WriteString("name", "operation");
        writer.WriteStartArray("part");
        var type = change switch
        {
            Change.Add => "add",
            Change.Insert => "insert",
            Change.Delete => "delete",
            Change.Replace => "replace",
            Change.Move => "move",
            _ => throw new UnreachableException(),
        };
        WriteText(writer, "type", "valueCode", type);
        WriteText(writer, "path", "valueString", change.Path);
        switch (change)
        {
            case Change.Add add:
                WriteText(writer, "name", "valueString", add.Name);
                WriteValue(writer, "value", add.Value);
                break;
            case Change.Insert insert:
                WriteNumber(writer, "index", insert.Index);
                WriteValue(writer, "value", insert.Value);
                break;
            case Change.Replace replace:
                WriteValue(writer, "value", replace.Value);
                break;
            case Change.Move move:
                WriteNumber(writer, "source", move.Source);
                WriteNumber(writer, "destination", move.Destination);
                break;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, Element value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        if (value.IsResource)
        {
            writer.WritePropertyName("resource");
            writer.WriteRawValue(value.RawValue, skipInputValidation: true);
        }
        else if (ValueNames.TryGetValue(value.Type.Name == "xhtml" ? "string" : value.Type.Name, out var property))
        {
            WriteRaw(writer, property, value);
        }
        else
        {
            writer.WriteStartArray("part");
            foreach (var child in value.Children()) WriteValue(writer, child.Name, child);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter writer, string property, Element value)
    {
        if (!value.IsPrimitive || value.HasValue)
        {
            writer.WritePropertyName(property);
            var quotes = value.Kind == JsonKind.String ? 2 : 0;
            writer.WriteRawValue(value.Document.Bytes.Span.Slice(value.SourceOffset, value.RawValue.Length + quotes), skipInputValidation: true);
        }

        if (value.RawCompanion.Length == 0) return;
        writer.WritePropertyName("_" + property);
        writer.WriteRawValue(value.RawCompanion, skipInputValidation: true);
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string property, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString(property, text);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int number)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteNumber("valueInteger", number);
        writer.WriteEndObject();
    }
}
