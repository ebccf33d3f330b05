using System.Buffers;
using System.Text;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>
/// The div of a narrative: one well-formed XHTML element of formatting, links and images, without document type, scripts, forms, frames or event handlers.
/// https://hl7.org/fhir/R4/narrative.html#xhtml
/// </summary>
internal static class NarrativeFormat
{
    internal const int MaxDepth = 200;
    private const int LongestScheme = 32;

    private static readonly Utf8Set Entities = new(["lt", "gt", "amp", "quot", "apos"]);

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <returns>What is wrong, as the end of a sentence; null when the text is sound.</returns>
    public static string? Fault(ReadOnlySpan<byte> text)
    {
        var rest = text.Trim(" \t\r\n"u8);
        if (!rest.StartsWith("<div"u8) || NameLength(rest[1..]) != 3) return "it is one <div> element.";

        // The open elements, each as its place in the text: no allocation for usual narratives.
        Span<(int Start, int Length)> open = stackalloc (int, int)[MaxDepth];
        var (depth, at) = (0, 0);
        var isClosed = false;
        while (at < rest.Length)
        {
            var next = rest[at..].IndexOf((byte)'<');
            var words = next < 0 ? rest[at..] : rest.Slice(at, next);
            if (isClosed && !words.IsEmpty) return "something follows its closing </div>.";
            if (EntityFault(words) is { } entity) return entity;
            if (next < 0) break;
            at += next;
            if (isClosed) return "something follows its closing </div>.";
            if (rest[at..].StartsWith("<!--"u8))
            {
                var end = rest[(at + 4)..].IndexOf("-->"u8);
                if (end < 0) return "a comment is not closed.";
                at += end + 7;
                continue;
            }

            if (at + 1 >= rest.Length || rest[at + 1] is (byte)'!' or (byte)'?') return "it holds no document type, CDATA or processing instruction.";
            if (rest[at + 1] == '/')
            {
                var end = rest[at..].IndexOf((byte)'>');
                if (end < 0) return "a closing tag is cut off.";
                var name = rest.Slice(at + 2, end - 2).TrimEnd(" \t\r\n"u8);
                if (depth == 0 || !rest.Slice(open[depth - 1].Start, open[depth - 1].Length).SequenceEqual(name)) return $"</{Shown(name)}> closes what is not open.";
                depth--;
                isClosed = depth == 0;
                at += end + 1;
                continue;
            }

            if (TagFault(rest, ref at, out var tag, out var isEmpty) is { } fault) return fault;
            if (isEmpty)
            {
                isClosed = depth == 0;
                continue;
            }

            if (depth == MaxDepth) return $"it nests deeper than {MaxDepth} elements.";
            open[depth++] = tag;
        }

        return isClosed ? null : "an element is not closed.";
    }

    /// <summary>Reads an opening tag with its attributes.</summary>
    private static string? TagFault(ReadOnlySpan<byte> text, ref int at, out (int Start, int Length) tag, out bool isEmpty)
    {
        isEmpty = false;
        var start = at + 1;
        var length = NameLength(text[start..]);
        tag = (start, length);
        if (length == 0) return "a '<' starts no tag; as text it is written &lt;.";
        var name = text.Slice(start, length);
        if (!NarrativeVocabulary.HasElement(name))
            return $"<{Shown(name)}> is not allowed in a narrative, which holds text formatting, lists, tables, links and images of HTML 4.0, in lower case and nothing deprecated.";

        at = start + length;
        while (true)
        {
            var before = at;
            while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
            if (at >= text.Length) return "a tag is cut off.";
            if (text[at] == '>')
            {
                at++;
                return null;
            }

            if (text[at..].StartsWith("/>"u8))
            {
                at += 2;
                isEmpty = true;
                return null;
            }

            if (before == at) return "white space parts the attributes of a tag.";
            if (AttributeFault(text, name, ref at) is { } fault) return fault;
        }
    }

    private static string? AttributeFault(ReadOnlySpan<byte> text, ReadOnlySpan<byte> element, ref int at)
    {
        var length = NameLength(text[at..]);
        if (length == 0) return "a tag holds something that is no attribute.";
        var name = text.Slice(at, length);
        at += length;
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        if (at >= text.Length || text[at] != '=') return $"the attribute '{Shown(name)}' has no value.";
        at++;
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        if (at >= text.Length || text[at] is not ((byte)'"' or (byte)'\'')) return $"the value of the attribute '{Shown(name)}' stands in quotes.";
        var end = text[(at + 1)..].IndexOf(text[at]);
        if (end < 0) return $"the value of the attribute '{Shown(name)}' is not closed.";
        var value = text.Slice(at + 1, end);
        at += end + 2;
        if (value.Contains((byte)'<')) return $"the attribute '{Shown(name)}' holds a '<'.";
        if (EntityFault(value) is { } entity) return entity;
        if (name.Length > 2 && (name[0] | 0x20) == 'o' && (name[1] | 0x20) == 'n') return $"the event handler '{Shown(name)}' is not allowed.";
        if (IsScript(value)) return $"the attribute '{Shown(name)}' runs a script.";
        if (name.SequenceEqual("xmlns"u8))
            return value.SequenceEqual("http://www.w3.org/1999/xhtml"u8) ? null : $"the namespace of <{Shown(element)}> is http://www.w3.org/1999/xhtml, not '{Shown(value)}'.";
        return NarrativeVocabulary.HasAttribute(element, name) ? null : $"the attribute '{Shown(name)}' is not allowed on <{Shown(element)}> in a narrative.";
    }

    /// <summary>Browsers skip control characters and decode references, so both are taken out before looking.</summary>
    private static bool IsScript(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty && value[0] <= ' ') value = value[1..];
        if (value.IsEmpty || value[0] is not ((byte)'&' or (byte)'j' or (byte)'J' or (byte)'v' or (byte)'V' or (byte)'d' or (byte)'D')) return false;

        // Without references and white space the scheme stands at the very start; a picture of megabytes need not be copied then.
        if (value.Length > LongestScheme && !value.Contains((byte)'&') && value[..LongestScheme].IndexOfAnyInRange((byte)0, (byte)' ') < 0) value = value[..LongestScheme];
        var start = System.Net.WebUtility.HtmlDecode(Encoding.UTF8.GetString(value));
        var letters = string.Concat(start.Where(letter => letter > ' '));
        return letters.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)
            || letters.StartsWith("vbscript:", StringComparison.OrdinalIgnoreCase)
            || letters.StartsWith("data:text/html", StringComparison.OrdinalIgnoreCase);
    }

    private static string? EntityFault(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'&'); at >= 0; at = text.IndexOf((byte)'&'))
        {
            text = text[(at + 1)..];
            var end = text.IndexOf((byte)';');
            if (end is < 1 or > 10) return "an '&' starts no reference; as text it is written &amp;.";
            var name = text[..end];
            if (name[0] == '#' ? !IsNumber(name[1..]) : !Entities.Contains(name)) return $"&{Shown(name)}; is not defined in XML; write the character itself.";
        }

        return null;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("x"u8)) return text.Length > 1 && !text[1..].ContainsAnyExcept(HexDigits);
        return text.Length > 0 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static int NameLength(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)':' or (byte)'-' or (byte)'_' or (byte)'.' or >= 0x80)) length++;
        return length > 0 && (char.IsAsciiLetter((char)text[0]) || text[0] is (byte)'_' or >= 0x80) ? length : 0;
    }

    private static string Shown(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name.Length > 30 ? name[..30] : name);
}
