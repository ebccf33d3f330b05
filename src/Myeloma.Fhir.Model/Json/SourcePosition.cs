namespace Myeloma.Fhir.Model.Json;

/// <summary>Byte offsets as lines and columns.</summary>
public static class SourcePosition
{
    /// <returns>One-based line (ended by LF) and one-based column in bytes.</returns>
    public static (int Line, int Column) Of(ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..Math.Clamp(offset, 0, utf8.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    /// <returns>The offset of a zero-based line and byte column; the end when there are fewer lines.</returns>
    public static int OffsetOf(ReadOnlySpan<byte> utf8, int line, int column)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            var end = utf8[start..].IndexOf((byte)'\n');
            if (end < 0) return utf8.Length;
            start += end + 1;
        }

        return Math.Min(start + column, utf8.Length);
    }
}
