using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>Writes parameters and parts of a Parameters resource. https://hl7.org/fhir/R4/parameters.html</summary>
internal static class ParametersWriting
{
    /// <param name="write">Writes the parts.</param>
    public static void Parts(Utf8JsonWriter writer, string name, Action write)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteStartArray("part"u8);
        write();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="type">The property: <c>valueString</c>, <c>valueCode</c>, ...</param>
    public static void Text(Utf8JsonWriter writer, string name, string type, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString(type, text);
        writer.WriteEndObject();
    }

    public static void Integer(Utf8JsonWriter writer, string name, int number)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteNumber("valueInteger"u8, number);
        writer.WriteEndObject();
    }

    public static void Boolean(Utf8JsonWriter writer, string name, bool value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteBoolean("valueBoolean"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>A literal reference.</summary>
    public static void Reference(Utf8JsonWriter writer, string name, string reference)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteStartObject("valueReference"u8);
        writer.WriteString("reference"u8, reference);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
