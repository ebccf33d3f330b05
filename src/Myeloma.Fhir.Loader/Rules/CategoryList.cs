using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Kinds of treatment in a row: "other targeted therapy, chemotherapy drugs or supportive therapy drugs".</summary>
internal static class CategoryList
{
    public static List<(Term Term, Span Span)> Read(SentenceReading sentence, int at)
    {
        var found = new List<(Term, Span)>();
        while (at < sentence.Tokens.Count)
        {
            var from = at;
            while (sentence.Sentence.Norm(at) is "other" or "different" or "types" or "of" or "the" or "a" or "an") at++;
            if (sentence.Sentence.Norm(from) is "the" or "a" or "an") from = at;
            if (!sentence.Reading.Lexicon.Categories.Index.TryMatch(sentence.Tokens, at, out var length, out var term)) break;
            at += length;
            found.Add((term, sentence.Sentence.SpanOf(from, at)));
            var next = at;
            while (sentence.Sentence.Norm(next) is "," or "and" or "or") next++;
            if (next == at) break;
            at = next;
        }

        return found;
    }
}
