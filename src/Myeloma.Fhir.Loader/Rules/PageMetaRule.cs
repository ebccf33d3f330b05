using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What the document says of itself: title, labels, copyright, website, phone, disclaimers, keywords.</summary>
internal sealed class PageMetaRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading) =>
        Title(reading).Concat(Labels(reading)).Concat(Footer(reading)).Concat(Disclaimers(reading)).Concat(Keywords(reading));

    /// <summary>The first heading that is no project title; null when there is none.</summary>
    public static Span? TitleSpan(Reading reading)
    {
        var projects = ProjectRule.Titles(reading);
        foreach (var block in reading.Blocks)
        {
            if (block.Kind == BlockKind.Heading && !projects.Contains(reading.Words(block.Span))) return block.Span;
        }

        return null;
    }

    private static IEnumerable<Fact> Title(Reading reading)
    {
        if (TitleSpan(reading) is { } span) yield return new MetaFact(MetaFactKind.Title, reading.Words(span), null, span);
    }

    private static IEnumerable<Fact> Labels(Reading reading)
    {
        for (var i = 0; i < reading.Blocks.Count; i++)
        {
            var block = reading.Blocks[i];
            if (block.Kind != BlockKind.Paragraph || block.Span.Length > 200) continue;
            var text = reading.Words(block.Span);
            if (reading.Lexicon.Layout.IsLabel(text))
            {
                if (Kind(text) is { } alone) yield return new MetaFact(alone, null, alone == MetaFactKind.LastReview ? "label without a date" : "label without a value", block.Span);
                continue;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 3 || !reading.Lexicon.Layout.IsLabel(text[..colon]) || Kind(text[..colon]) is not { } kind || kind == MetaFactKind.Keyword) continue;
            var start = reading.Text.IndexOf(':', block.Span.Start) + 1;
            var value = reading.ByBlock[block][0].Sentence.TrimMarks(start, block.Span.End);
            if (value.Length > 0) yield return new MetaFact(kind, reading.Words(value), null, value);
        }
    }

    private static MetaFactKind? Kind(string label) =>
        label.Contains("review", StringComparison.OrdinalIgnoreCase) && !label.StartsWith("reviewed by", StringComparison.OrdinalIgnoreCase) ? MetaFactKind.LastReview
        : label.Contains("category", StringComparison.OrdinalIgnoreCase) ? MetaFactKind.Category
        : label.Contains("languages", StringComparison.OrdinalIgnoreCase) ? MetaFactKind.Languages
        : label.StartsWith("key", StringComparison.OrdinalIgnoreCase) ? MetaFactKind.Keyword
        : null;

    private static IEnumerable<Fact> Footer(Reading reading)
    {
        var phrases = reading.Lexicon.Phrases;
        foreach (var block in reading.Blocks.Where(block => block.Kind != BlockKind.Heading && block.Span.Length is > 0 and < 1000))
        {
            if (reading.ByBlock[block].Any(sentence => sentence.IsReference)) continue;
            var text = block.Span.Of(reading.Text);
            if (phrases.First("copyright", text) is not { } match) continue;
            var sentence = reading.ByBlock[block][0];
            Span Of(System.Text.RegularExpressions.Group group) => sentence.Sentence.TrimMarks(block.Span.Start + group.Index, block.Span.Start + group.Index + group.Length);
            var holder = Of(match.Groups["h"]);
            yield return new MetaFact(MetaFactKind.CopyrightYear, match.Groups["year"].Value, null, Of(match.Groups["y"]));
            yield return new MetaFact(MetaFactKind.CopyrightHolder, reading.Words(holder), null, holder);
            yield return new MetaFact(MetaFactKind.Publisher, reading.Words(holder), null, holder);
            if (phrases.First("website", text) is { } site) yield return new MetaFact(MetaFactKind.Website, site.Groups["v"].Value, null, Of(site.Groups["v"]));
            if (phrases.First("phone", text) is { } phone) yield return new MetaFact(MetaFactKind.Phone, phone.Groups["v"].Value, null, Of(phone.Groups["v"]));
            yield break;
        }
    }

    private static IEnumerable<Fact> Disclaimers(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            foreach (var match in reading.Lexicon.Phrases.Matches("disclaimer", sentence.Text))
                yield return new MetaFact(MetaFactKind.Disclaimer, sentence.Words(sentence.SpanOf(match.Groups["v"])), null, sentence.SpanOf(match.Groups["v"]));
            if (reading.Lexicon.Phrases.First("currency", sentence.Text) is { } currency)
                yield return new MetaFact(MetaFactKind.Currency, sentence.Words(sentence.SpanOf(currency.Groups["v"])), null, sentence.SpanOf(currency.Groups["v"]));
        }
    }

    /// <summary>A line of four or more short entries with commas and no verb near the end of the document, or a line behind the label "keywords".</summary>
    private static IEnumerable<Fact> Keywords(Reading reading)
    {
        for (var i = 0; i < reading.Blocks.Count; i++)
        {
            var block = reading.Blocks[i];
            if (block.Kind != BlockKind.Paragraph || reading.ByBlock[block] is not [var sentence] || sentence.Text.Length > 600) continue;
            var start = block.Span.Start;
            var colon = sentence.Text.IndexOf(':', StringComparison.Ordinal);
            var isLabelled = colon > 0 && Kind(sentence.Text[..colon]) == MetaFactKind.Keyword && reading.Lexicon.Layout.IsLabel(sentence.Text[..colon]);
            if (isLabelled) start += colon + 1;
            else if (colon >= 0 || sentence.Text[^1] is '.' or '?' or '!' || i < reading.Blocks.Count - 3) continue;
            var parts = WordList.Split(sentence, Span.Between(start, block.Span.End));
            if (!isLabelled && (parts.Count < 4 || sentence.HasAny(reading.Lexicon.StopWords, 0, sentence.Tokens.Count) || sentence.Groups.Count == parts.Count)) continue;
            if (parts.Exists(part => reading.Words(part).Split(' ').Length > 5)) continue;
            foreach (var part in parts) yield return new MetaFact(MetaFactKind.Keyword, reading.Words(part), null, part);
        }
    }
}
