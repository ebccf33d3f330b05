using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A combination spread over a list: an item, or a sentence before the list, names it, and each item under it is one drug.</summary>
internal static class RegimenOutline
{
    public static IEnumerable<RegimenMention> Read(Reading reading)
    {
        foreach (var block in reading.Blocks)
        {
            if (block.Kind == BlockKind.ListItem && block.Children.Count > 1 && Find(reading, block, block.Children) is { } nested) yield return nested;
            if (block.Kind is not (BlockKind.Paragraph or BlockKind.Heading)) continue;
            if (block.Items.Count > 1 && Find(reading, block, block.Items) is { } mention) yield return mention;
        }
    }

    private static RegimenMention? Find(Reading reading, Block opening, IReadOnlyList<Block> items)
    {
        if (reading.ByBlock[opening] is not [.., var sentence] || sentence.Groups.Count > 0 || sentence.IsNegated(0, sentence.Tokens.Count)) return null;
        var isOf = SaysWhatItIsMadeOf(sentence);
        var name = Name(sentence) ?? (isOf && opening.Heading is { } heading && reading.ByBlock[heading] is [var title, ..] && title.Tokens.Count <= 4 ? Name(title) : null);
        if (name is null && !isOf) return null;
        var members = new List<RegimenMember>();
        foreach (var item in items)
        {
            if (item.Children.Count > 0 || reading.ByBlock[item] is not [var own]) return null;
            var list = own.Groups.Count > 0 ? reading.Lists.Parse(own, 0) : null;
            if (list is not { Members.Count: 1, Trouble: null } || !EndsItem(own, list.To)) return null;
            if (members.Exists(member => member.Drug.Equals(list.Members[0].Drug))) return null;
            members.Add(list.Members[0]);
        }

        if (name is not null && Acronym.Explained(name.Written, members, reading) < (opening.Kind == BlockKind.Heading ? 1 : 0.6))
        {
            if (!isOf) return null;
            name = null;
        }

        var last = reading.ByBlock[items[^1]][0];
        if (last.Span.End >= reading.Text.Length)
        {
            reading.Refuse(sentence.Span, "the list is cut off");
            return null;
        }

        var isItem = opening.Kind == BlockKind.ListItem;
        var brands = items.SelectMany(item => reading.ByBlock[item]).SelectMany(own => own.Groups).SelectMany(group => group.Brands).Select(brand => brand.Written).ToList();
        return new RegimenMention(
            name?.Written, name?.Span, members, RegimenForm.List, null,
            isItem && reading.IntroOf(opening) is { } intro ? ListQualifierRule.Qualifier(intro)?.Qualifier : null,
            brands, Span.Between(name?.Span.Start ?? members[0].Span.Start, reading.ByBlock[items[^1]][0].Groups[^1].Full.End));
    }

    /// <summary>"This treatment is a combination of:", "It is made up of these drugs:"; not "a combination of 2 of these", "combinations of".</summary>
    private static bool SaysWhatItIsMadeOf(SentenceReading sentence)
    {
        var lexicon = sentence.Reading.Lexicon;
        if (sentence.Text[^1] != ':' || sentence.IsNegated(0, sentence.Tokens.Count)) return false;
        for (var i = 0; i < sentence.Tokens.Count; i++)
        {
            if (lexicon.MadeOf.LengthAt(sentence.Tokens, i) is not (var length and > 0)) continue;
            for (var at = i + length; at < sentence.Tokens.Count - 1; at++)
            {
                var norm = sentence.Tokens[at].Norm;
                if (norm is "of" or "or" || (!lexicon.DrugNouns.Contains(norm) && lexicon.MemberPrefixes.LengthAt(sentence.Tokens, at) == 0 && lexicon.Categories.Index.LengthAt(sentence.Tokens, at) == 0
                    && norm is not ("these" or "following" or "all" or "different") && lexicon.Number(norm) is null)) return false;
            }

            return true;
        }

        return false;
    }

    private static bool EndsItem(SentenceReading item, int to) =>
        to >= item.Tokens.Count || item.Tokens[to].Norm is "." or "," or ";" or "–" or "-" or "(" or ":";

    /// <summary>The one abbreviation of a sentence that is short, or that says what the combination is made of.</summary>
    private static OtherName? Name(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        OtherName? name = null;
        for (var i = 0; i < sentence.Tokens.Count; i++)
        {
            var token = sentence.Tokens[i];
            var written = reading.Text.Substring(token.Start, token.Length);
            if (!Acronym.IsRegimen(written, reading)) continue;
            if (name is not null) return null;
            name = new OtherName(written, new Span(token.Start, token.Length));
        }

        var words = reading.Lexicon;
        var speaks = sentence.Tokens.Count <= 4 || sentence.HasAny(words.CombinationWords, 0, sentence.Tokens.Count)
            || Enumerable.Range(0, sentence.Tokens.Count).Any(i => words.AbbreviationVerbs.LengthAt(sentence.Tokens, i) > 0);
        return speaks && !sentence.Text.Contains(" or ", StringComparison.OrdinalIgnoreCase) ? name : null;
    }
}
