using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Abbreviations of combinations that a sentence uses without saying what is in them: "X is used with ABC".</summary>
internal static class RegimenPartner
{
    /// <summary>The first such abbreviation in a range of tokens; null when none stands there.</summary>
    public static string? Name(SentenceReading sentence, int from, int to)
    {
        var reading = sentence.Reading;
        for (var i = Math.Max(0, from); i < Math.Min(to, sentence.Tokens.Count); i++)
        {
            var token = sentence.Tokens[i];
            if (token.Length < 2 || !token.StartsUpper && !char.IsAsciiDigit(reading.Text[token.Start])) continue;
            var written = reading.Text.Substring(token.Start, token.Length);
            if (!reading.IsRegimenName(written) || sentence.GroupAt(i) is not null) continue;
            var span = new Span(token.Start, token.Length);
            if (!reading.RegimensEndingIn(sentence.Span).Any(mention => mention.Span.Contains(span))) return written;
        }

        return null;
    }

    /// <summary>Why a drug that is combined with such an abbreviation was not read as a combination; null when none is.</summary>
    public static string? Reason(SentenceReading sentence)
    {
        if (sentence.Groups.Count == 0) return null;
        var lexicon = sentence.Reading.Lexicon;
        for (var i = 1; i < sentence.Tokens.Count; i++)
        {
            var length = lexicon.Together.LengthAt(sentence.Tokens, i);
            if (length == 0 && sentence.Tokens[i].Norm is "added" or "plus" or "with" or "+" or "to") length = 1;
            if (length > 0 && Name(sentence, i + length, i + length + 3) is { } name)
                return $"it is combined with a combination that stands elsewhere ({name})";
        }

        return null;
    }
}
