using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>Writes items of <c>Parameters.parameter</c> and <c>Parameters.parameter.part</c>. https://hl7.org/fhir/R4/parameters.html</summary>
internal static class ParameterWriting
{
    /// <summary>A parameter that has parts.</summary>
    public static void WriteGroup(this Utf8JsonWriter writer, string name, Action parts)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartArray("part");
        parts();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A parameter with a value of a type whose JSON is a string; left out when there is none.</summary>
    /// <param name="valueName">The property: <c>valueCode</c>.</param>
    public static void WriteText(this Utf8JsonWriter writer, string name, string valueName, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString(valueName, value);
        writer.WriteEndObject();
    }

    /// <summary>A parameter with <c>valueInteger</c>.</summary>
    public static void WriteInteger(this Utf8JsonWriter writer, string name, int value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteNumber("valueInteger", value);
        writer.WriteEndObject();
    }

    /// <summary>A parameter with <c>valueBoolean</c>.</summary>
    public static void WriteFlag(this Utf8JsonWriter writer, string name, bool value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteBoolean("valueBoolean", value);
        writer.WriteEndObject();
    }

    /// <summary>A parameter with <c>valueReference</c>.</summary>
    public static void WriteReferencePart(this Utf8JsonWriter writer, string name, string reference, string? display = null)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartObject("valueReference");
        writer.WriteString("reference", reference);
        if (display is not null) writer.WriteString("display", display);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
