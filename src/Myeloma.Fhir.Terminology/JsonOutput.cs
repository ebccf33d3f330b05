using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology;

/// <summary>Writes Parameters and what stands in them.</summary>
internal static class JsonOutput
{
    /// <summary>One resource, written by the action between the braces.</summary>
    public static byte[] Resource(string resourceType, Action<Utf8JsonWriter> write)
    {
        var output = JsonBuffer.Rent();
        Resource(output, resourceType, write);
        var json = output.Written.ToArray();
        JsonBuffer.Return(output);
        return json;
    }

    private static void Resource(JsonBuffer output, string resourceType, Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType", resourceType);
        write(writer);
        writer.WriteEndObject();
    }

    /// <summary>A Parameters resource; without the list when nothing is written.</summary>
    public static byte[] Parameters(Action<Utf8JsonWriter> write) => Resource("Parameters", writer => List(writer, write));

    /// <inheritdoc cref="Parameters(Action{Utf8JsonWriter})"/>
    public static void Parameters(JsonBuffer output, Action<Utf8JsonWriter> write) => Resource(output, "Parameters", writer => List(writer, write));

    private static void List(Utf8JsonWriter writer, Action<Utf8JsonWriter> write)
    {
        writer.WriteStartArray("parameter");
        write(writer);
        writer.WriteEndArray();
    }

    /// <summary>A parameter with a text value; nothing when there is none.</summary>
    /// <param name="type">Name of the JSON property: <c>valueCode</c>.</param>
    public static void Parameter(this Utf8JsonWriter writer, string name, string type, string? value)
    {
        if (value is null) return;
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.Value(type, value);
        writer.WriteEndObject();
    }

    public static void Parameter(this Utf8JsonWriter writer, string name, bool value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteBoolean("valueBoolean", value);
        writer.WriteEndObject();
    }

    /// <summary>A value as its type is written: numbers and booleans bare, as they were stated.</summary>
    public static void Value(this Utf8JsonWriter writer, string type, string value)
    {
        if (type is "valueBoolean" or "valueInteger" or "valueDecimal" or "valuePositiveInt" or "valueUnsignedInt")
        {
            writer.WritePropertyName(type);
            writer.WriteRawValue(value, skipInputValidation: false);
        }
        else
        {
            writer.WriteString(type, value);
        }
    }

    /// <summary>A parameter with parts.</summary>
    public static void Parts(this Utf8JsonWriter writer, string name, Action write)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartArray("part");
        write();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void Text(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null) writer.WriteString(name, value);
    }

    /// <summary>A Coding or a use.</summary>
    public static void Coding(this Utf8JsonWriter writer, string name, string? system, string? code, string? display)
    {
        writer.WriteStartObject(name);
        writer.Text("system", system);
        writer.Text("code", code);
        writer.Text("display", display);
        writer.WriteEndObject();
    }

    /// <summary>A parameter that carries an OperationOutcome; nothing without issues.</summary>
    public static void Outcome(this Utf8JsonWriter writer, string name, IReadOnlyList<Issue> issues)
    {
        if (issues.Count == 0) return;
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WritePropertyName("resource");
        OperationOutcome.Write(writer, issues);
        writer.WriteEndObject();
    }
}
