using System.Buffers;

namespace Myeloma.Fhir.Model.Json;

/// <summary>JSON for people, as <c>_pretty=true</c> asks for. https://hl7.org/fhir/R4/http.html#parameters</summary>
public static class PrettyJson
{
    private const int Indent = 2;

    private static readonly SearchValues<byte> AfterScalar = SearchValues.Create(",]} \t\r\n:"u8);

    /// <summary>The same tokens with a line each and two spaces a level; strings and numbers keep their bytes, so precision and escapes stay.</summary>
    /// <param name="json">Well-formed JSON in UTF-8; anything else comes out indented as if it were.</param>
    /// <returns>Lines end with LF, the last one has no end.</returns>
    public static byte[] Format(ReadOnlySpan<byte> json)
    {
        var output = new ByteBuffer(json.Length + (json.Length / 2));
        var depth = 0;
        for (var at = 0; at < json.Length;)
        {
            switch (json[at])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    at++;
                    break;
                case (byte)'{' or (byte)'[':
                    output.Add(json.Slice(at, 1));
                    at = SkipSpace(json, at + 1);
                    if (at < json.Length && json[at] is (byte)'}' or (byte)']') output.Add(json.Slice(at++, 1));
                    else NewLine(output, ++depth);
                    break;
                case (byte)'}' or (byte)']':
                    NewLine(output, --depth);
                    output.Add(json.Slice(at++, 1));
                    break;
                case (byte)',':
                    at++;
                    output.Add(","u8);
                    NewLine(output, depth);
                    break;
                case (byte)':':
                    at++;
                    output.Add(": "u8);
                    break;
                default:
                    var end = EndOfScalar(json, at);
                    output.Add(json[at..end]);
                    at = end;
                    break;
            }
        }

        return output.ToArray();
    }

    private static void NewLine(ByteBuffer output, int depth)
    {
        output.Add("\n"u8);
        output.Add((byte)' ', Math.Max(depth, 0) * Indent);
    }

    private static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    private static int EndOfScalar(ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != '"')
        {
            var end = json[at..].IndexOfAny(AfterScalar);
            return end < 0 ? json.Length : at + Math.Max(end, 1);
        }

        for (at++; at < json.Length; at++)
        {
            if (json[at] == '\\') at++;
            else if (json[at] == '"') return at + 1;
        }

        return json.Length;
    }
}
