using System.Globalization;

namespace Myeloma.Fhir.Patch.Json;

/// <summary>A place in JSON. https://www.rfc-editor.org/rfc/rfc6901</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, string[] tokens)
    {
        Text = text;
        Tokens = tokens;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Unescaped; none for the whole document.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Whether this is a place inside of <paramref name="other"/>.</summary>
    public bool IsBelow(JsonPointer other) => Tokens.Count > other.Tokens.Count && other.Tokens.SequenceEqual(Tokens.Take(other.Tokens.Count));

    /// <returns>Null when it is no pointer; <paramref name="fault"/> says why.</returns>
    public static JsonPointer? Parse(string text, out string? fault)
    {
        fault = null;
        if (text.Length == 0) return new JsonPointer(text, []);
        if (text[0] != '/')
        {
            fault = $"a pointer begins with '/' or is empty, not '{PatchFault.Shortened(text)}'.";
            return null;
        }

        var tokens = text[1..].Split('/');
        for (var index = 0; index < tokens.Length; index++)
        {
            if (Unescape(tokens[index]) is { } plain) tokens[index] = plain;
            else
            {
                fault = $"in the pointer '{PatchFault.Shortened(text)}' a '~' is not followed by 0 or 1.";
                return null;
            }
        }

        return new JsonPointer(text, tokens);
    }

    /// <summary>The zero-based place that a token names in an array.</summary>
    /// <param name="count">Items there are; that many is the place behind the last.</param>
    /// <returns>-1 when it names none up to and including <paramref name="count"/>.</returns>
    public static int IndexOf(string token, int count)
    {
        if (token == "-") return count;
        var isNumber = token.Length > 0 && token.Length < 10 && (token.Length == 1 || token[0] != '0') && token.All(char.IsAsciiDigit);
        return isNumber && int.Parse(token, NumberStyles.None, CultureInfo.InvariantCulture) is var index && index <= count ? index : -1;
    }

    private static string? Unescape(string token)
    {
        if (!token.Contains('~')) return token;
        for (var at = token.IndexOf('~'); at >= 0; at = token.IndexOf('~', at + 1))
            if (at + 1 == token.Length || token[at + 1] is not ('0' or '1')) return null;
        return token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    public override string ToString() => Text;
}
