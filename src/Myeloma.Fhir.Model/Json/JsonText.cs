using System.Text;
using System.Text.Json;

namespace Myeloma.Fhir.Model.Json;

/// <summary>Strings between their JSON form and plain UTF-8.</summary>
internal static class JsonText
{
    /// <summary>Takes the escapes out of a string that the parser accepted.</summary>
    /// <param name="destination">At least as long as <paramref name="raw"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var escape = raw.IndexOf((byte)'\\');
            if (escape < 0)
            {
                raw.CopyTo(destination[written..]);
                return written + raw.Length;
            }

            raw[..escape].CopyTo(destination[written..]);
            written += escape;
            var letter = raw[escape + 1];
            raw = raw[(escape + 2)..];
            if (letter != 'u')
            {
                destination[written++] = Plain(letter);
                continue;
            }

            var unit = (char)Hex(raw);
            raw = raw[4..];
            var rune = Rune.ReplacementChar;
            if (!char.IsSurrogate(unit))
            {
                rune = new Rune(unit);
            }
            else if (raw.Length >= 6)
            {
                rune = new Rune(unit, (char)Hex(raw[2..]));
                raw = raw[6..];
            }

            written += rune.EncodeToUtf8(destination[written..]);
        }
    }

    /// <summary>The string with quotes and the escapes it needs.</summary>
    public static byte[] Quote(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JsonWriting.Options.Encoder).EncodedUtf8Bytes;
        var quoted = new byte[encoded.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        encoded.CopyTo(quoted.AsSpan(1));
        return quoted;
    }

    private static byte Plain(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => letter,
    };

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        for (var index = 0; index < 4; index++)
        {
            var letter = digits[index];
            value = (value << 4) | (letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10);
        }

        return value;
    }
}
