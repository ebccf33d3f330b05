using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>A table in text: cells between bars, tabs or runs of spaces. Its first line says what the columns hold.</summary>
internal sealed class TableReader
{
    /// <summary>A title of a column is a few words; what is longer, or ends like a sentence, is text with wide gaps.</summary>
    private const int LongestTitle = 60;

    private readonly char separator;
    private readonly int columns;
    private readonly int name;
    private readonly int drugs;
    private bool isHeader = true;

    private TableReader(char separator, int columns, int name, int drugs) =>
        (this.separator, this.columns, this.name, this.drugs) = (separator, columns, name, drugs);

    /// <summary>
    /// The table whose first line this is. A line with bars is one; a line with tabs or wide gaps only when its cells are the titles of
    /// combinations and their drugs. Null for any other line.
    /// </summary>
    public static TableReader? Open(string text, Line line, LayoutLexicon words)
    {
        foreach (var separator in "|\t ")
        {
            var cells = Cells(text, line, separator);
            if (cells.Count < 2) continue;
            var titles = cells.ConvertAll(cell => cell.Of(text));
            var name = titles.FindIndex(words.IsCombinationTitle);
            var drugs = titles.FindIndex(title => words.IsDrugsTitle(title) && !words.IsCombinationTitle(title));
            var areTitles = titles.TrueForAll(title => title.Length <= LongestTitle && title[^1] != '.');
            if (name >= 0 && drugs >= 0 && areTitles) return new TableReader(separator, cells.Count, name, drugs);
            if (separator == '|' && text[line.Start] == '|') return new TableReader(separator, cells.Count, -1, -1);
        }

        return null;
    }

    /// <summary>The block of a line of the table; null when the line has no cells as the table has. The line of titles is no text.</summary>
    public Block? Read(string text, Line line)
    {
        var cells = Cells(text, line, separator);
        if (cells.Count < 2) return null;
        if (isHeader)
        {
            isHeader = false;
            return new Block(line.Span, line.Indent, null) { IsRow = true, Kind = BlockKind.Navigation };
        }

        if (cells.TrueForAll(cell => cell.Of(text).All(c => c is '-' or ':' or '=' or ' '))) return new Block(line.Span, line.Indent, null) { IsRow = true, Kind = BlockKind.Navigation };
        var isWhole = name >= 0 && cells.Count == columns;
        return new Block(line.Span, line.Indent, null) { IsRow = true, Cells = isWhole ? (cells[name], cells[drugs]) : null };
    }

    private static List<Span> Cells(string text, Line line, char separator)
    {
        var cells = new List<Span>();
        var start = line.Start;
        for (var i = line.Start; i <= line.End; i++)
        {
            var ends = i == line.End || (separator == ' ' ? text[i] == ' ' && i + 1 < line.End && text[i + 1] == ' ' : text[i] == separator);
            if (!ends) continue;
            var (from, to) = (start, i);
            while (from < to && char.IsWhiteSpace(text[from])) from++;
            while (to > from && char.IsWhiteSpace(text[to - 1])) to--;
            if (to > from) cells.Add(Span.Between(from, to));
            start = i + 1;
            if (cells.Count > 20) break;
        }

        return cells;
    }
}
