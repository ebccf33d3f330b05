using System.Text.RegularExpressions;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>Whether a text has what is searched for, without case; as beginnings of words also without accents.</summary>
internal sealed class TermMatch
{
    private readonly string[] words;
    private readonly Regex? whole;

    private TermMatch(string[] words, Regex? whole) => (this.words, this.whole) = (words, whole);

    public static TermMatch Of(SearchTerm term)
    {
        if (!term.IsWild) return new TermMatch([.. ConceptIndex.Words(term.Text)], null);
        var pattern = new System.Text.StringBuilder("^");
        for (var at = 0; at < term.Text.Length; at++)
        {
            if (term.Text[at] == '*') pattern.Append(".*");
            else pattern.Append(Regex.Escape((term.Text[at] == '\\' && at + 1 < term.Text.Length ? term.Text[++at] : term.Text[at]).ToString()));
        }

        return new TermMatch([], new Regex(pattern.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline));
    }

    public bool IsMatch(string text)
    {
        if (whole is not null) return whole.IsMatch(text);
        if (words.Length == 0) return false;
        var named = ConceptIndex.Words(text);
        return words.All(word => named.Any(each => each.StartsWith(word, StringComparison.Ordinal)));
    }
}
