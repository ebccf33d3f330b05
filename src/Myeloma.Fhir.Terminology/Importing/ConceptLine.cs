using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Reads one concept as it stands in <c>CodeSystem.concept</c>, with those nested in it. Of a member that is there twice the last counts.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept</remarks>
internal static class ConceptLine
{
    /// <param name="line">UTF-8.</param>
    /// <exception cref="JsonException">It is no JSON, or no concept.</exception>
    /// <exception cref="InvalidOperationException">A text holds what is no character.</exception>
    public static void Read(ReadOnlyMemory<byte> line, ConceptCollection concepts)
    {
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        ReadConcept(ref reader, line.Span, null, concepts);
        if (reader.Read()) throw new JsonException();
    }

    private static void ReadConcept(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, string? parent, ConceptCollection concepts)
    {
        var (code, display, definition) = ((string?)null, (string?)null, (string?)null);
        Utf8JsonReader designations = default, properties = default, extensions = default, children = default;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "code"u8)) code = Text(ref reader);
            else if (Is(ref reader, "display"u8)) display = Text(ref reader);
            else if (Is(ref reader, "definition"u8)) definition = Text(ref reader);
            else if (Is(ref reader, "designation"u8)) designations = List(ref reader);
            else if (Is(ref reader, "property"u8)) properties = List(ref reader);
            else if (Is(ref reader, "extension"u8)) extensions = List(ref reader);
            else if (Is(ref reader, "concept"u8)) children = List(ref reader);
            else Pass(ref reader);
        }

        var concept = concepts[code ?? throw new JsonException()];
        if (parent is not null) concept.Parents.Add(parent);
        concept.Display ??= display;
        concept.Definition ??= definition;
        while (Next(ref designations)) ReadDesignation(ref designations, concept, concepts);
        while (Next(ref properties)) ReadProperty(ref properties, line, concept, concepts);
        while (Next(ref extensions)) ReadExtension(ref extensions, concept);
        while (Next(ref children)) ReadConcept(ref children, line, concept.Code, concepts);
    }

    private static void ReadDesignation(ref Utf8JsonReader reader, ConceptCollection.Entry concept, ConceptCollection concepts)
    {
        var (language, value, use) = ((string?)null, (string?)null, (ConceptUse?)null);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "language"u8)) language = Pooled(ref reader, concepts);
            else if (Is(ref reader, "value"u8)) value = Text(ref reader);
            else if (Is(ref reader, "use"u8)) use = concepts.Pooled(Coding(ref reader, concepts));
            else Pass(ref reader);
        }

        concept.Designations.Add(new Designation(language, use, value ?? throw new JsonException()));
    }

    private static void ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, ConceptCollection.Entry concept, ConceptCollection concepts)
    {
        // The value may stand before the code that tells what it is.
        string? code = null;
        Utf8JsonReader first = default, more = reader;
        var count = 0;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "code"u8))
            {
                code = Pooled(ref reader, concepts);
            }
            else if (reader.ValueSpan.StartsWith("value"u8))
            {
                if (count++ == 0) first = reader;
                reader.Skip();
            }
            else
            {
                Pass(ref reader);
            }
        }

        if (code is null) throw new JsonException();
        if (count == 1)
        {
            ReadValue(ref first, line, code, concept, concepts);
            return;
        }

        // Several values of one property are several properties.
        more.Read();
        for (; more.TokenType == JsonTokenType.PropertyName; more.Read())
        {
            if (more.ValueSpan.StartsWith("value"u8)) ReadValue(ref more, line, code, concept, concepts);
            else Pass(ref more);
        }
    }

    /// <param name="reader">At the name of the value.</param>
    private static void ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, string code, ConceptCollection.Entry concept, ConceptCollection concepts)
    {
        var kind = Kind(reader.ValueSpan[5..], concepts);
        reader.Read();
        if (kind == "Coding")
        {
            var coding = Coding(ref reader, concepts, isRead: true);
            concept.Properties.Add(new ConceptProperty(code, kind, coding.Code ?? "", coding.System, coding.Display));
            return;
        }

        var from = (int)reader.TokenStartIndex;
        string value;
        if (reader.TokenType == JsonTokenType.String)
        {
            value = code == "parent" ? reader.GetString()! : PooledText(ref reader, concepts);
        }
        else
        {
            reader.Skip();
            value = concepts.Pooled(Encoding.UTF8.GetString(line[from..(int)reader.BytesConsumed]));
        }

        if (code == "parent") concept.Parents.Add(value);
        else concept.Properties.Add(concepts.Property(code, kind, value));
    }

    /// <summary>The type of a value by the end of its name; types of primitives begin with a small letter.</summary>
    private static string Kind(ReadOnlySpan<byte> name, ConceptCollection concepts) => name switch
    {
        [] => throw new JsonException(),
        _ when name.SequenceEqual("Code"u8) => "code",
        _ when name.SequenceEqual("String"u8) => "string",
        _ when name.SequenceEqual("Coding"u8) => "Coding",
        _ when name.SequenceEqual("Boolean"u8) => "boolean",
        _ when name.SequenceEqual("Integer"u8) => "integer",
        _ when name.SequenceEqual("Decimal"u8) => "decimal",
        _ when name.SequenceEqual("DateTime"u8) => "dateTime",
        _ => concepts.Pooled(char.ToLowerInvariant((char)name[0]) + Encoding.UTF8.GetString(name[1..])),
    };

    private static void ReadExtension(ref Utf8JsonReader reader, ConceptCollection.Entry concept)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.TryGetProperty("url", out var text) && text.GetString() is { } url && ConceptExtensions.IsKept(url)) concept.Extensions.Add(new ConceptExtension(url, document.RootElement.GetRawText()));
    }

    /// <param name="isRead">Whether the reader stands at the object already, and not before it.</param>
    private static ConceptUse Coding(ref Utf8JsonReader reader, ConceptCollection concepts, bool isRead = false)
    {
        var (system, code, display) = ((string?)null, (string?)null, (string?)null);
        if (!isRead) reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "system"u8)) system = Pooled(ref reader, concepts);
            else if (Is(ref reader, "code"u8)) code = Pooled(ref reader, concepts);
            else if (Is(ref reader, "display"u8)) display = Text(ref reader);
            else Pass(ref reader);
        }

        return new ConceptUse(system, code, display);
    }

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type) throw new JsonException();
    }

    /// <returns>Null for null.</returns>
    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    /// <inheritdoc cref="Text"/>
    private static string? Pooled(ref Utf8JsonReader reader, ConceptCollection concepts)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : PooledText(ref reader, concepts);
    }

    private static string PooledText(ref Utf8JsonReader reader, ConceptCollection concepts)
    {
        Span<char> room = stackalloc char[128];
        return reader.ValueSpan.Length <= room.Length ? concepts.Pooled(room[..reader.CopyString(room)]) : reader.GetString()!;
    }

    /// <summary>Passes over a list.</summary>
    /// <returns>A reader at its beginning.</returns>
    private static Utf8JsonReader List(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray);
        var list = reader;
        reader.Skip();
        return list;
    }

    private static bool Next(ref Utf8JsonReader list) => list.TokenType != JsonTokenType.None && list.Read() && list.TokenType != JsonTokenType.EndArray;

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
