namespace Myeloma.Fhir.Server.Pages;

/// <summary>Spans of a document's text as markup: excerpts for a page about one thing, or the whole document.</summary>
/// <remarks>Spans are zero-based, in UTF-16 units, as derivation-reference counts them.</remarks>
internal static class SourceText
{
    /// <summary>The lines that hold the spans, each line once, its spans marked; neighbouring lines apart from each other are separate quotes.</summary>
    /// <param name="link">Where a quote's reference leads: the document page, at the first span.</param>
    public static IEnumerable<Html> Excerpts(string text, IEnumerable<TextSpan> spans, Func<TextSpan, string> link, string documentTitle)
    {
        foreach (var line in spans.Where(span => span.FitsIn(text)).GroupBy(span => LineAround(text, span)).OrderBy(line => line.Key.Start))
        {
            var merged = Merge(line);
            var quote = Marked(text, line.Key, merged, withIds: false);
            yield return $"""
                <blockquote cite="{link(merged[0])}"><p>{quote}</p><footer><a href="{link(merged[0])}">{documentTitle}</a> <span class="soft">· characters {merged[0].Start}–{merged[^1].End}</span></footer></blockquote>
                """;
        }
    }

    /// <summary>The whole document, every span marked and reachable as <c>#c{start}</c>.</summary>
    public static Html Whole(string text, IEnumerable<TextSpan> spans) =>
        Marked(text, new TextSpan(0, text.Length), Merge(spans.Where(span => span.FitsIn(text))), withIds: true);

    private static Html Marked(string text, TextSpan range, IReadOnlyList<TextSpan> spans, bool withIds)
    {
        var pieces = new List<Html>();
        var at = range.Start;
        foreach (var span in spans)
        {
            pieces.Add($"{text[at..span.Start]}");
            pieces.Add(withIds ? $"""<mark id="c{span.Start}">{text[span.Start..span.End]}</mark>""" : (Html)$"<mark>{text[span.Start..span.End]}</mark>");
            at = span.End;
        }

        pieces.Add($"{text[at..range.End]}");
        return Html.Concat(pieces);
    }

    /// <summary>Sorted, overlapping and touching ones joined, so that markup never crosses.</summary>
    private static List<TextSpan> Merge(IEnumerable<TextSpan> spans)
    {
        var merged = new List<TextSpan>();
        foreach (var span in spans.OrderBy(span => span.Start).ThenByDescending(span => span.Length))
        {
            if (merged.Count > 0 && span.Start <= merged[^1].End)
                merged[^1] = new TextSpan(merged[^1].Start, Math.Max(merged[^1].End, span.End) - merged[^1].Start);
            else
                merged.Add(span);
        }

        return merged;
    }

    private static TextSpan LineAround(string text, TextSpan span)
    {
        var start = span.Start == 0 ? 0 : text.LastIndexOfAny(['\n', '\r'], span.Start - 1) + 1;
        var end = text.IndexOfAny(['\n', '\r'], span.End);
        while (start < span.Start && char.IsWhiteSpace(text[start])) start++;
        return new TextSpan(start, (end < 0 ? text.Length : end) - start);
    }
}

/// <summary>A stretch of a document: zero-based, UTF-16 units.</summary>
internal readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    public bool FitsIn(string text) => Start >= 0 && Length > 0 && End <= text.Length;
}
