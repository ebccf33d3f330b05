using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Cuts a hyphenated word whose first part is a drug ("drugA-drugB", "drugA-based") at its hyphens.</summary>
internal static class TokenSplitter
{
    public static List<Token> Split(string text, List<Token> tokens, DrugLexicon drugs)
    {
        if (!tokens.Exists(token => NeedsSplit(token, drugs))) return tokens;

        var split = new List<Token>(tokens.Count + 4);
        foreach (var token in tokens)
        {
            if (!NeedsSplit(token, drugs))
            {
                split.Add(token);
                continue;
            }

            var start = token.Start;
            for (var i = token.Start; i <= token.End; i++)
            {
                if (i < token.End && !Tokenizer.IsHyphen(text[i])) continue;
                split.AddRange(Tokenizer.Tokenize(text, start, i));
                if (i < token.End) split.AddRange(Tokenizer.Tokenize(text, i, i + 1));
                start = i + 1;
            }
        }

        return split;
    }

    private static bool NeedsSplit(Token token, DrugLexicon drugs)
    {
        if (token.Kind != TokenKind.Word || drugs.HasFirst(token.Norm)) return false;
        var hyphen = token.Norm.IndexOf('-', StringComparison.Ordinal);
        return hyphen > 4 && drugs.HasFirst(token.Norm[..hyphen]);
    }
}
