using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>One line of the file, without its line end.</summary>
/// <param name="Start">First character that is no white space; equal to <paramref name="End"/> for a blank line.</param>
/// <param name="Indent">Columns of white space before it; a tab counts four.</param>
internal readonly record struct Line(int Start, int End, int Indent)
{
    public bool IsBlank => Start == End;

    public Span Span => Span.Between(Start, End);
}

/// <summary>Lines that end with CRLF, LF, CR, a form feed or a Unicode line or paragraph separator.</summary>
internal static class LineReader
{
    public static List<Line> Read(string text)
    {
        var lines = new List<Line>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is not ('\n' or '\r' or '\f' or '\v' or '\u0085' or '\u2028' or '\u2029')) continue;

            lines.Add(Trim(text, start, i));
            if (i + 1 < text.Length && text[i] == '\r' && text[i + 1] == '\n') i++;
            start = i + 1;
        }

        return lines;
    }

    private static Line Trim(string text, int start, int end)
    {
        var indent = 0;
        while (start < end && IsSpace(text[start]))
        {
            indent += text[start] == '\t' ? 4 : 1;
            start++;
        }

        while (end > start && IsSpace(text[end - 1])) end--;
        return new Line(start, end, indent);
    }

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || Tokenizer.IsInvisible(c);
}
