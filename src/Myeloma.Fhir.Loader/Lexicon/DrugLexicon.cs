using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>One name of a drug.</summary>
internal sealed record DrugName(DrugKey Drug, string Written, DrugNameKind Kind, bool InLexicon);

/// <summary>Drug names of the lexicon, and those that one document adds.</summary>
internal sealed class DrugLexicon
{
    private readonly PhraseIndex<DrugName> index = new();
    private readonly Dictionary<DrugKey, List<string>> namesByDrug = [];
    private readonly List<string> genericWords = [];
    private readonly Dictionary<string, DrugKey> genericByWord = new(StringComparer.Ordinal);
    private readonly string[] stems;

    public DrugLexicon(DrugFile file)
    {
        stems = file.Stems;
        foreach (var entry in file.Drugs)
        {
            var key = new DrugKey(Slug.Of(entry.Name), entry.Name);
            Add(key, entry.Name, DrugNameKind.Generic);
            foreach (var name in entry.Synonyms ?? []) Add(key, name, DrugNameKind.Generic);
            foreach (var name in entry.Brands ?? []) Add(key, name, DrugNameKind.Brand);
            foreach (var name in entry.Abbreviations ?? []) Add(key, name, DrugNameKind.Abbreviation);
        }
    }

    /// <summary>The name that starts at a token; brands must be written with a capital and abbreviations in capitals.</summary>
    public DrugName? Find(string text, IReadOnlyList<Token> tokens, int token, out int length)
    {
        if (!index.TryMatch(tokens, token, out length, out var name)) return null;
        if (name.Kind == DrugNameKind.Brand && !tokens[token].StartsUpper) return null;
        if (name.Kind == DrugNameKind.Abbreviation && text.AsSpan(tokens[token].Start, tokens[token].Length).ToString().Any(char.IsLower)
            && name.Written.All(c => !char.IsLower(c))) return null;
        return name;
    }

    public bool HasFirst(string norm) => index.HasFirst(norm);

    /// <summary>Every name of a drug; empty when the lexicon lacks it.</summary>
    public IReadOnlyList<string> NamesOf(DrugKey drug) => namesByDrug.TryGetValue(drug, out var names) ? names : [];

    /// <summary>The one generic name a misspelt word is close to; null when none, or more than one, is.</summary>
    public DrugKey? Closest(string norm)
    {
        if (norm.Length < 7 || genericByWord.ContainsKey(norm)) return null;
        var limit = norm.Length < 10 ? 1 : 2;
        string? best = null;
        var bestDistance = limit + 1;
        var second = limit + 2;
        foreach (var name in genericWords)
        {
            if (name[0] != norm[0] || Math.Abs(name.Length - norm.Length) > limit) continue;
            var distance = EditDistance.Between(norm, name, limit + 1);
            if (distance < bestDistance) (second, best, bestDistance) = (bestDistance, name, distance);
            else if (distance < second) second = distance;
        }

        return best is not null && bestDistance <= limit && second > bestDistance ? genericByWord[best] : null;
    }

    /// <summary>True for a word that ends as drug names do.</summary>
    public bool HasStem(string norm) =>
        norm.Length >= 7 && norm.All(char.IsLetter) && stems.Any(stem => norm.Length >= stem.Length + 2 && norm.EndsWith(stem, StringComparison.Ordinal));

    private void Add(DrugKey key, string name, DrugNameKind kind)
    {
        index.Add(name, new DrugName(key, name, kind, true));
        if (!namesByDrug.TryGetValue(key, out var names)) namesByDrug[key] = names = [];
        names.Add(name);
        if (kind != DrugNameKind.Generic) return;
        var norms = Tokenizer.Norms(name);
        if (norms.Length != 1 || norms[0].Length < 7) return;
        genericWords.Add(norms[0]);
        genericByWord[norms[0]] = key;
    }
}
