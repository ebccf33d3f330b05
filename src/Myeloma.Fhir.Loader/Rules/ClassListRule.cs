using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Classes listed as types of a therapy, and abbreviations of classes.</summary>
internal sealed class ClassListRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            if (sentence.Block.Kind != BlockKind.ListItem || sentence.Block.Intro is not { Kind: BlockKind.Paragraph } intro || sentence.Block.Parent is not null) continue;
            if (ClassOf(sentence) is { } key && Broader(reading, intro) is { } broader)
                yield return new ClassListedFact(key, broader.Display, sentence.Sentence.Words);
        }

        var seen = new HashSet<ClassKey>();
        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference))
        {
            for (var i = 0; i < sentence.Tokens.Count; i++)
            {
                if (!reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, i, out var length, out var key)) continue;
                var at = i + length;
                i = at - 1;
                if (sentence.Sentence.Norm(at) != "(" || sentence.Sentence.Norm(at + 2) != ")") continue;
                var word = sentence.Tokens[at + 1];
                var written = reading.Text.Substring(word.Start, word.Length);
                if (written.Count(char.IsUpper) < 2 || !seen.Add(key)) continue;
                yield return new ClassAbbreviationFact(key, written, new Span(word.Start, word.Length));
            }
        }
    }

    /// <summary>The class when the whole item is one, with its abbreviation and "drugs".</summary>
    private static ClassKey? ClassOf(SentenceReading sentence)
    {
        if (!sentence.Reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, 0, out var at, out var key)) return null;
        if (sentence.Sentence.Norm(at) == "(" && sentence.Sentence.Norm(at + 2) == ")") at += 3;
        if (sentence.Reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(at))) at++;
        return at >= sentence.Tokens.Count || (at == sentence.Tokens.Count - 1 && sentence.Tokens[at].Kind == TokenKind.Mark) ? key : null;
    }

    private static Term? Broader(Reading reading, Block intro)
    {
        if (reading.Text[intro.Span.End - 1] != ':') return null;
        foreach (var sentence in reading.ByBlock[intro].AsEnumerable().Reverse().Take(2))
        {
            if (reading.Lexicon.Phrases.First("listedTypes", sentence.Text) is not { } match) continue;
            var at = sentence.Sentence.TokenAt(sentence.Span.Start + match.Index + match.Length);
            if (reading.Lexicon.Categories.Index.TryMatch(sentence.Tokens, at, out _, out var term)) return term;
        }

        return null;
    }
}
