using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A row of a table of combinations: one cell names it, another holds its drugs.</summary>
internal static class RegimenTable
{
    public static IEnumerable<RegimenMention> Of(SentenceReading row)
    {
        if (row.Block.Cells is not { } cells || !row.Span.Contains(cells.Name) || !row.Span.Contains(cells.Drugs)) yield break;
        var from = row.Sentence.TokenAt(cells.Drugs.Start);
        var to = row.Sentence.TokenAt(cells.Drugs.End);
        var list = row.Reading.Lists.Parse(row, from);
        if (list is null || list.Members.Count < 2) yield break;
        var end = list.To;
        while (end < to && row.Tokens[end].Norm is "." or ";") end++;
        if (end != to || !list.IsTogether || row.Span.End >= row.Reading.Text.Length)
        {
            row.Reading.Refuse(row.Span, list.Trouble ?? (list.Join == Join.Or ? "the drugs are given as a choice" : row.Span.End >= row.Reading.Text.Length ? "the text is cut off" : "the cell holds more than drugs"));
            yield break;
        }

        var first = row.Sentence.TokenAt(cells.Name.Start);
        var name = RegimenAbbreviation.Whole(row, first, row.Sentence.TokenAt(cells.Name.End));
        if (name is null)
        {
            row.Reading.Refuse(row.Span, "the cell beside the drugs is no abbreviation");
            yield break;
        }

        yield return RegimenRule.Mention(row, name, list.Members, Span.Between(Math.Min(name.Span.Start, row.Tokens[from].Start), Math.Max(name.Span.End, list.Groups[^1].Full.End)));
    }
}
