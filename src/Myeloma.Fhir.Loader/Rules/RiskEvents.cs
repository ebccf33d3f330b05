using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>"blood clots in the lungs and the heart, as well as deep vein thrombosis": one event a site, and one for each event without a site.</summary>
internal static class RiskEvents
{
    public static IEnumerable<(string Event, string? Site, Span Span)> Read(SentenceReading sentence, Span words)
    {
        var last = sentence.Sentence.TokenAt(words.End);
        var i = sentence.Sentence.TokenAt(words.Start);
        while (i < last)
        {
            while (i < last && IsJoin(sentence, i, out var skip)) i += skip;
            var from = i;
            while (i < last && !IsJoin(sentence, i, out _) && !IsSite(sentence, i, out _, out _)) i++;
            if (i == from) break;
            var name = sentence.Words(sentence.Sentence.SpanOf(from, i));
            if (!IsSite(sentence, i, out var site, out var to))
            {
                yield return (name, null, sentence.Sentence.SpanOf(from, i));
                continue;
            }

            yield return (name, site, sentence.Sentence.SpanOf(from, to));
            i = to;
            while (i < last && sentence.Sentence.Norm(i) is "," or "and" or "or" && Organ(sentence, i + 1, out var other, out to))
            {
                yield return (name, other, sentence.Sentence.SpanOf(from, to));
                i = to;
            }
        }
    }

    private static bool IsJoin(SentenceReading sentence, int at, out int length)
    {
        length = sentence.Sentence.Norm(at) switch
        {
            "," or "and" or "or" => 1,
            "as" when sentence.Sentence.Norm(at + 1) == "well" && sentence.Sentence.Norm(at + 2) == "as" => 3,
            _ => 0,
        };
        return length > 0;
    }

    private static bool IsSite(SentenceReading sentence, int at, out string site, out int to)
    {
        site = "";
        to = at;
        return sentence.Sentence.Norm(at) == "in" && Organ(sentence, at + 1, out site, out to);
    }

    private static bool Organ(SentenceReading sentence, int at, out string site, out int to)
    {
        if (sentence.Sentence.Norm(at) is "the" or "your") at++;
        site = sentence.Sentence.Norm(at);
        to = at + 1;
        return sentence.Reading.Lexicon.Organs.Contains(site) && (to >= sentence.Tokens.Count || sentence.Tokens[to].Norm is "," or "and" or "or" or "." or ";" or "as");
    }
}
