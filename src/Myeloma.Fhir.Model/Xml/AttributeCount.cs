namespace Myeloma.Fhir.Model.Xml;

/// <summary>Looks through the tags before the XML reader does: that takes a tag as a whole and compares all its attributes, which takes minutes for millions.</summary>
internal static class AttributeCount
{
    /// <summary>FHIR's elements have three at most, besides namespace declarations; XHTML's have some dozens.</summary>
    public const int Max = 1_000;

    /// <summary>Follows the markup as far as it is well-formed; the reader stops where it is not.</summary>
    /// <returns>Byte offset of the first tag with more than <see cref="Max"/> attributes; -1 when there is none.</returns>
    public static int FindExcess(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (at >= 0 && utf8[at..].IndexOf((byte)'<') is >= 0 and var next)
        {
            var start = at + next;
            var markup = utf8[start..];
            if (markup.StartsWith("<!--"u8)) at = After(utf8, start + 4, "-->"u8);
            else if (markup.StartsWith("<![CDATA["u8)) at = After(utf8, start + 9, "]]>"u8);
            else if (markup.StartsWith("<?"u8)) at = After(utf8, start + 2, "?>"u8);
            else if (!TakeTag(utf8, start, out at)) return start;
        }

        return -1;
    }

    /// <param name="end">Behind the tag; -1 when it has no end.</param>
    /// <returns>Whether it has no more attributes than it may.</returns>
    private static bool TakeTag(ReadOnlySpan<byte> utf8, int start, out int end)
    {
        end = start + 1;
        for (var count = 0; count <= Max; count++)
        {
            var stop = utf8[end..].IndexOfAny((byte)'"', (byte)'\'', (byte)'>');
            end = stop < 0 ? -1 : end + stop + 1;
            if (end < 0 || utf8[end - 1] == '>') return true;
            end = After(utf8, end, utf8.Slice(end - 1, 1));
            if (end < 0) return true;
        }

        return false;
    }

    private static int After(ReadOnlySpan<byte> utf8, int from, ReadOnlySpan<byte> mark)
    {
        var next = utf8[from..].IndexOf(mark);
        return next < 0 ? -1 : from + next + mark.Length;
    }
}
