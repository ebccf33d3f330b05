using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Terminology;

/// <summary>JSON put together from parts that are ready as UTF-8 and texts that are escaped on the way: the same bytes as a writer of <see cref="JsonWriting.Options"/> gives. One thread.</summary>
public sealed class JsonBuffer : IBufferWriter<byte>
{
    /// <summary>What is larger is not kept for the next answer.</summary>
    private const int MaxKept = 1 << 18;

    private static readonly JavaScriptEncoder Encoder = JsonWriting.Options.Encoder!;

    [ThreadStatic]
    private static JsonBuffer? kept;

    /// <summary>For what is written while something else is.</summary>
    [ThreadStatic]
    private static JsonBuffer? spare;

    private byte[] bytes = new byte[4096];
    private int length;

    /// <summary>An empty one, to be given back to <see cref="Return"/> by the same thread.</summary>
    public static JsonBuffer Rent()
    {
        var buffer = kept ?? spare ?? new JsonBuffer();
        if (buffer == kept) kept = null;
        else spare = null;
        buffer.length = 0;
        return buffer;
    }

    public static void Return(JsonBuffer buffer)
    {
        if (buffer.bytes.Length > MaxKept) return;
        if (kept is null) kept = buffer;
        else spare = buffer;
    }

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>Takes back what was written.</summary>
    public void Clear() => length = 0;

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return bytes.AsSpan(length);
    }

    /// <summary>Writes what is JSON already.</summary>
    internal void Raw(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(bytes.AsSpan(length));
        length += json.Length;
    }

    /// <summary>Writes the inside of a JSON string.</summary>
    /// <param name="text">UTF-8.</param>
    internal void Text(ReadOnlySpan<byte> text)
    {
        if (Encoder.FindFirstCharacterToEncodeUtf8(text) < 0) Raw(text);
        else Raw(JsonEncodedText.Encode(text, Encoder).EncodedUtf8Bytes);
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte})"/>
    internal void Text(string text) => Raw(JsonEncodedText.Encode(text, Encoder).EncodedUtf8Bytes);

    /// <summary>Writes a text as a JSON string.</summary>
    internal void String(string text)
    {
        Raw("\""u8);
        Text(text);
        Raw("\""u8);
    }

    /// <summary>Writes a value as its type is written: numbers and booleans bare, as they were stated, all else as a string.</summary>
    /// <param name="isBare">Of the type: <see cref="IsBare"/>.</param>
    internal void Value(bool isBare, ReadOnlySpan<byte> value)
    {
        if (!isBare)
        {
            Raw("\""u8);
            Text(value);
            Raw("\""u8);
        }
        else
        {
            using var writer = new Utf8JsonWriter(this, JsonWriting.Options);
            writer.WriteRawValue(value, skipInputValidation: false);
        }
    }

    /// <summary>Whether values of a type stand in JSON without quotes.</summary>
    internal static bool IsBare(string kind) => kind is "boolean" or "integer" or "decimal" or "positiveInt" or "unsignedInt";

    /// <summary>A part that is made once: literal JSON with texts to be escaped between.</summary>
    internal static byte[] Part(Action<JsonBuffer> write)
    {
        var buffer = new JsonBuffer();
        write(buffer);
        return buffer.Written.ToArray();
    }

    private void Reserve(int room)
    {
        if (bytes.Length - length >= room) return;
        Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + room));
    }
}
