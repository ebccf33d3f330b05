using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Drug names of the lexicon and of one document: drugs it introduces, words it misspells, brands it gives.</summary>
internal sealed class DocumentNames(ReadingLexicon lexicon)
{
    private readonly Dictionary<string, DrugName> added = new(StringComparer.Ordinal);

    /// <summary>Abbreviations of conditions that the document defines, as written.</summary>
    public Dictionary<string, Term> Conditions { get; } = new(lexicon.Conditions.Abbreviations, StringComparer.Ordinal);

    public bool Add(string norm, DrugName name) => added.TryAdd(norm, name);

    public DrugName? Find(string text, IReadOnlyList<Token> tokens, int token, out int length)
    {
        if (lexicon.Drugs.Find(text, tokens, token, out length) is { } known) return known;
        length = 1;
        if (token >= tokens.Count || !added.TryGetValue(tokens[token].Norm, out var name)) return null;
        return name.Kind == DrugNameKind.Brand && !tokens[token].StartsUpper ? null : name;
    }

    public IEnumerable<string> NamesOf(DrugKey drug) =>
        lexicon.Drugs.NamesOf(drug).Append(drug.Name).Concat(added.Values.Where(name => name.Drug.Equals(drug)).Select(name => name.Written));

    /// <summary>The condition that starts at a token, by a name of the lexicon or an abbreviation of the document.</summary>
    public Term? FindCondition(string text, IReadOnlyList<Token> tokens, int token, out int length)
    {
        if (lexicon.Conditions.Conditions.TryMatch(tokens, token, out length, out var term)) return term;
        length = 1;
        return token < tokens.Count && Conditions.TryGetValue(text.Substring(tokens[token].Start, tokens[token].Length), out term) ? term : null;
    }
}
