using System.Text.Json;
using System.Text.Unicode;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Json;

/// <summary>Bytes to node table in one pass. Nothing is copied; nodes point into the bytes. https://hl7.org/fhir/R4/json.html</summary>
internal static class JsonParser
{
    /// <exception cref="FhirException">
    /// <c>structure</c>: not UTF-8, not JSON, a duplicate property, a lone surrogate, data after the value, a byte order mark, each with line and column;
    /// <c>too-long</c>: past a limit; <c>too-costly</c>: past the time.
    /// </exception>
    public static JsonNodeTable Parse(ReadOnlySpan<byte> utf8, ParseLimits limits)
    {
        if (utf8.Length > limits.MaxBytes)
            throw new FhirException(Issue.TooLong($"The document has {utf8.Length} bytes; at most {limits.MaxBytes} are accepted.") with { MessageId = "too-many-bytes" });
        if (utf8.StartsWith("\uFEFF"u8))
            throw Fault(utf8, 0, "The document starts with a byte order mark; FHIR JSON has none.");
        if (!Utf8.IsValid(utf8))
            throw Fault(utf8, FirstInvalidByte(utf8), "The document is not valid UTF-8 here.");

        // One level more than allowed: the depth is counted here, so that its limit is told apart from other faults.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1 });
        try
        {
            return Read(ref reader, utf8, limits);
        }
        catch (JsonException exception)
        {
            var position = (int)Math.Min(reader.BytesConsumed, utf8.Length);
            throw Fault(utf8, OffsetOf(utf8, exception) ?? position, "The document is not JSON here: " + Cause(exception));
        }
    }

    private static JsonNodeTable Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, ParseLimits limits)
    {
        var table = new JsonNodeTable(Math.Clamp(utf8.Length / 16, 16, 1 << 16));
        var clock = new ParseClock(limits.MaxTime);
        var parent = -1;
        int nameStart = -1, nameLength = 0;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (reader.ValueIsEscaped)
                        throw Fault(utf8, start, "A property name is written with escapes; FHIR's names need none.");
                    nameStart = start + 1;
                    nameLength = reader.ValueSpan.Length;
                    continue;

                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    ref var closed = ref table[parent];
                    closed.End = start + 1;
                    closed.Next = table.Length;
                    if (closed.Kind == JsonKind.Object) DuplicateNames.Refuse(utf8, ref table, parent);
                    parent = closed.Parent;
                    continue;
            }

            if (table.Length >= limits.MaxNodes)
                throw new FhirException(Issue.TooLong($"The document holds more than {limits.MaxNodes} values.") with { MessageId = "too-many-values" });

            if (clock.Tick()) throw TooSlow(clock, utf8, start);

            var index = table.Length;
            ref var node = ref table.Add();
            node.Parent = parent;
            node.NameStart = nameStart;
            node.NameLength = nameStart < 0 && parent >= 0 ? table[parent].Count : nameLength;
            node.Start = start;
            node.End = start + reader.ValueSpan.Length;
            node.Next = index + 1;
            if (parent >= 0)
            {
                table[parent].Count++;
                if (nameLength > 1 && utf8[nameStart] == '_') table[parent].HasCompanions = true;
            }

            nameStart = -1;
            nameLength = 0;

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (reader.CurrentDepth >= limits.MaxDepth)
                        throw TooDeep(utf8, start, limits);
                    node.Kind = reader.TokenType == JsonTokenType.StartObject ? JsonKind.Object : JsonKind.Array;
                    parent = index;
                    break;
                case JsonTokenType.String:
                    node.Kind = JsonKind.String;
                    node.Start++;
                    node.End++;
                    if (reader.ValueSpan.Length > limits.MaxStringBytes)
                        throw new FhirException(Issue.TooLong($"A string has {reader.ValueSpan.Length} bytes; at most {limits.MaxStringBytes} are accepted.") with { MessageId = "string-too-long" });
                    node.Escaped = reader.ValueIsEscaped;
                    if (node.Escaped) RefuseLoneSurrogates(ref reader, utf8, start);
                    break;
                case JsonTokenType.Number:
                    node.Kind = JsonKind.Number;
                    break;
                case JsonTokenType.True:
                    node.Kind = JsonKind.True;
                    break;
                case JsonTokenType.False:
                    node.Kind = JsonKind.False;
                    break;
                default:
                    node.Kind = JsonKind.Null;
                    break;
            }
        }

        return table;
    }

    private static void RefuseLoneSurrogates(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, int start)
    {
        if (reader.ValueSpan.IndexOf("\\u"u8) < 0) return;
        try
        {
            _ = reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw Fault(utf8, start, "A string holds half of a surrogate pair; it stands for no character.");
        }
    }

    private static FhirException TooSlow(ParseClock clock, ReadOnlySpan<byte> utf8, int offset)
    {
        var (line, column) = SourcePosition.Of(utf8, offset);
        return new FhirException(Issue.TooCostly($"{clock.Words} (line {line}, column {column})") with { Line = line, Column = column, MessageId = "parse-time" });
    }

    private static FhirException TooDeep(ReadOnlySpan<byte> utf8, int offset, ParseLimits limits)
    {
        var (line, column) = SourcePosition.Of(utf8, offset);
        var issue = Issue.TooLong($"The document nests deeper than {limits.MaxDepth} levels (line {line}, column {column}).");
        return new FhirException(issue with { Line = line, Column = column, MessageId = "too-deep" });
    }

    private static FhirException Fault(ReadOnlySpan<byte> utf8, int offset, string words)
    {
        var (line, column) = SourcePosition.Of(utf8, offset);
        return new FhirException(Issue.Structure($"{words} (line {line}, column {column})", null, line, column) with { MessageId = "not-json" });
    }

    private static int? OffsetOf(ReadOnlySpan<byte> utf8, JsonException exception) =>
        exception is { LineNumber: { } line, BytePositionInLine: { } column } ? SourcePosition.OffsetOf(utf8, (int)line, (int)column) : null;

    /// <summary>The reader's own words without the position it appends, which is zero-based and would contradict ours.</summary>
    private static string Cause(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    internal static int FirstInvalidByte(ReadOnlySpan<byte> utf8)
    {
        int low = 0, high = utf8.Length;
        while (low < high)
        {
            _ = System.Text.Rune.DecodeFromUtf8(utf8[low..], out var rune, out var consumed);
            if (rune == System.Text.Rune.ReplacementChar && !utf8[low..].StartsWith("\uFFFD"u8)) return low;
            low += consumed;
        }

        return high;
    }
}
