using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Cuts "a, b, c and d" at its commas and at the last "and" or "or".</summary>
internal static class WordList
{
    public static List<Span> Split(SentenceReading sentence, Span words)
    {
        var parts = new List<Span>();
        var from = words.Start;
        var first = sentence.Sentence.TokenAt(words.Start);
        var last = sentence.Sentence.TokenAt(words.End);
        var depth = 0;
        for (var i = first; i < last; i++)
        {
            var norm = sentence.Tokens[i].Norm;
            depth += norm == "(" ? 1 : norm == ")" ? -1 : 0;
            if (norm != "," || depth > 0) continue;
            parts.Add(Span.Between(from, sentence.Tokens[i].Start));
            from = sentence.Tokens[i].End;
        }

        var joined = -1;
        for (var i = sentence.Sentence.TokenAt(from); i < last; i++)
        {
            if (sentence.Tokens[i].Norm is "and" or "or" && (parts.Count > 0 || joined < 0)) joined = sentence.Tokens[i].Norm == "or" && parts.Count > 0 && joined >= 0 ? joined : i;
        }

        if (joined >= 0)
        {
            if (sentence.Tokens[joined].Start > from) parts.Add(Span.Between(from, sentence.Tokens[joined].Start));
            from = sentence.Tokens[joined].End;
        }

        parts.Add(Span.Between(from, words.End));
        return [.. parts.Select(part => sentence.Sentence.TrimMarks(part.Start, part.End)).Where(part => part.Length > 0)];
    }
}
