using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>The aims of a therapy: the items under "You may have THERAPY to:". An item with two names is two aims.</summary>
internal sealed class SettingRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var block in reading.Blocks)
        {
            if (block.Kind != BlockKind.ListItem || reading.ByBlock[block] is not [var item, ..] || item.IsReference || item.Groups.Count > 0) continue;
            if (reading.IntroOf(block) is not { } intro || intro.Groups.Count > 0 || reading.Lexicon.Phrases.First("settingIntro", intro.Text) is null) continue;
            if (!Enumerable.Range(0, intro.Tokens.Count).Any(i => reading.Lexicon.Categories.Therapies.LengthAt(intro.Tokens, i) > 0)) continue;
            foreach (var part in Parts(item)) yield return Make(item, part);
        }
    }

    private static IEnumerable<Span> Parts(SentenceReading item)
    {
        var start = item.Span.Start;
        foreach (var definition in ConditionReader.Definitions(item))
        {
            var end = item.Tokens[definition.To - 1].End;
            yield return item.Sentence.TrimMarks(start, end);
            start = item.Sentence.Norm(definition.To) is "or" or "and" ? item.Tokens[definition.To].End : end;
        }

        var rest = item.Sentence.TrimMarks(start, item.Span.End);
        if (rest.Length > 0) yield return rest;
    }

    private static SettingFact Make(SentenceReading item, Span part)
    {
        var phrases = item.Reading.Lexicon.Phrases;
        var text = item.Words(part);
        var name = phrases.First("settingName", text);
        // "that has come back after it was treated" tells the state, not when the therapy is given.
        var isState = ConditionReader.Definitions(item).Exists(definition => part.Contains(item.Sentence.SpanOf(definition.Open, definition.To)));
        var timing = isState ? null : phrases.First("settingTiming", text);
        var transplant = phrases.First("settingTransplant", text);
        var end = text.Length;
        if (name is not null) end = Math.Min(end, name.Index);
        if (timing is not null) end = Math.Min(end, timing.Index);
        if (transplant is not null) end = Math.Min(end, transplant.Index);
        return new SettingFact(
            text[..end].Trim(),
            name?.Groups["v"].Value,
            timing?.Groups["v"].Value.Trim(),
            transplant is null ? null : transplant.Groups["no"].Success ? "cannot have" : "can have",
            part);
    }
}
