using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>Lines → headings, paragraphs and list items, in text order.</summary>
internal sealed class Layout(string text, LayoutLexicon words, Func<string, bool> isDrug)
{
    private readonly List<Block> blocks = [];
    private int wrapWidth;

    public IReadOnlyList<Block> Read()
    {
        var lines = LineReader.Read(text);
        wrapWidth = WrapWidth(lines);
        Cut(lines);
        FindHeadings();
        FindLists();
        return blocks;
    }

    /// <summary>
    /// The longest line that goes on, in lower case, on the next one. Zero when no line does: then every line stands for itself.
    /// </summary>
    private int WrapWidth(List<Line> lines)
    {
        var width = 0;
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            var next = lines[i + 1];
            if (lines[i].IsBlank || next.IsBlank || !char.IsLower(text[next.Start])) continue;
            if (words.BulletLength(text, next) > 0 || text[lines[i].End - 1] is '.' or ':') continue;
            width = Math.Max(width, lines[i].End - lines[i].Start);
        }

        return width;
    }

    private void Cut(List<Line> lines)
    {
        Block? current = null;
        TableReader? table = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.IsBlank)
            {
                current = null;
                table = null;
                continue;
            }

            if (table is null && current is null) table = TableReader.Open(text, line, words);
            if (table?.Read(text, line) is { } row)
            {
                blocks.Add(row);
                current = null;
                continue;
            }

            if (table is not null && !IsRule(line)) table = null;

            if (IsRule(line))
            {
                if (table is null && current is { Kind: BlockKind.Paragraph, LineCount: 1 } && text[line.Start] is '=' or '-' or '~') current!.Kind = BlockKind.Heading;
                current = null;
                continue;
            }

            var bullet = words.BulletLength(text, line);
            if (bullet > 0)
            {
                current = Item(lines, ref i, bullet);
                continue;
            }

            if (text[line.Start] == '#')
            {
                var start = line.Start;
                while (start < line.End && (text[start] == '#' || char.IsWhiteSpace(text[start]))) start++;
                blocks.Add(new Block(WithoutEmphasis(Span.Between(start, line.End)), line.Indent, null) { Kind = BlockKind.Heading });
                current = null;
                continue;
            }

            if (current is not null && GoesOn(current, lines[i - 1], line))
            {
                current.Span = Span.Between(current.Span.Start, line.End);
                current.LineCount++;
                continue;
            }

            current = new Block(WithoutEmphasis(line.Span), line.Indent, null);
            blocks.Add(current);
        }
    }

    /// <summary>A line that is wholly bold or italic, without its marks.</summary>
    private Span WithoutEmphasis(Span line)
    {
        var (start, end) = (line.Start, line.End);
        while (end - start > 2 && text[start] is '*' or '_' && text[end - 1] == text[start])
        {
            start++;
            end--;
        }

        return text.AsSpan(start, end - start).IndexOfAny('*', '_') < 0 ? Span.Between(start, end) : line;
    }

    private Block Item(List<Line> lines, ref int i, int bullet)
    {
        var line = lines[i];
        var start = line.Start + bullet;
        while (start < line.End && char.IsWhiteSpace(text[start])) start++;
        var mark = words.BulletKind(text[line.Start..(line.Start + bullet)].Trim());

        // A bullet that stands alone on its line belongs to the words of the next line.
        if (start >= line.End && i + 1 < lines.Count && !lines[i + 1].IsBlank && words.BulletLength(text, lines[i + 1]) == 0)
        {
            i++;
            start = lines[i].Start;
            line = lines[i];
        }

        var item = new Block(Span.Between(Math.Min(start, line.End), line.End), line.Indent, mark);
        blocks.Add(item);
        return item;
    }

    private bool GoesOn(Block block, Line before, Line line)
    {
        if (block.Kind == BlockKind.Heading) return false;
        var lower = char.IsLower(text[line.Start]) || text[line.Start] is '(' or ',';
        if (block.Kind == BlockKind.ListItem) return lower || line.Indent > block.Indent;
        if (text[before.End - 1] == ':') return false;
        if (wrapWidth == 0) return lower;

        // The next word would have fitted on the line before: the line was ended on purpose.
        var word = line.Start;
        while (word < line.End && !char.IsWhiteSpace(text[word])) word++;
        return lower || before.End - before.Start + 1 + (word - line.Start) > wrapWidth;
    }

    private bool IsRule(Line line)
    {
        if (line.End - line.Start < 3) return false;
        for (var i = line.Start; i < line.End; i++)
        {
            if (text[i] != text[line.Start] || text[i] is not ('=' or '-' or '_' or '*' or '~' or '–' or '—')) return false;
        }

        return true;
    }

    private void FindHeadings()
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            if (block.Kind != BlockKind.Paragraph || block.LineCount > 1 || block.IsRow) continue;
            var line = block.Span.Of(text);
            if (words.IsNavigation(line)) block.Kind = BlockKind.Navigation;
            else if (i + 1 < blocks.Count && IsHeading(line)) block.Kind = BlockKind.Heading;
        }
    }

    private bool IsHeading(string line)
    {
        if (line.Length > 140 || line[^1] is '.' or '!' or ':' or ';' or ',' or '…') return false;
        if (!char.IsUpper(line[0]) && !char.IsDigit(line[0])) return false;
        if (line.Contains('©', StringComparison.Ordinal) || line.Contains('|', StringComparison.Ordinal)) return false;
        if (line.Count(c => c == ',') > 2 || line.Contains(". ", StringComparison.Ordinal)) return false;
        if (words.IsLabel(line)) return false;
        var norms = Tokenizer.Norms(line);
        if (norms.Length is 0 or > 20 || !line.Any(char.IsLetter)) return false;
        // "ABC: a and b" on a line of its own is a statement.
        if (line.AsSpan().IndexOfAny(":–—=+") >= 0 && norms.Where(isDrug).Distinct(StringComparer.Ordinal).Take(2).Count() == 2) return false;
        return line[^1] == '?' || words.QuestionWords.Contains(norms[0]) || !norms.Any(words.FiniteVerbs.Contains);
    }

    private void FindLists()
    {
        var open = new List<Block>();
        Block? before = null;
        foreach (var block in blocks)
        {
            if (block.Kind != BlockKind.ListItem)
            {
                open.Clear();
                before = block;
                continue;
            }

            while (open.Count > 0 && !IsUnder(block, open)) open.RemoveAt(open.Count - 1);
            if (open.Count > 0)
            {
                block.Parent = open[^1];
                open[^1].Children.Add(block);
            }

            block.Intro = before;
            if (open.Count == 0) before?.Items.Add(block);
            open.Add(block);
        }
    }

    private static bool IsUnder(Block block, List<Block> open)
    {
        var top = open[^1];
        if (block.Indent != top.Indent) return block.Indent > top.Indent;

        // At the same indent another bullet opens a nested list, unless that bullet is already in use further out.
        return block.Bullet != top.Bullet && open.All(item => item.Bullet != block.Bullet || item.Indent != block.Indent);
    }
}
