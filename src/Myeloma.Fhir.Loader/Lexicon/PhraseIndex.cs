using System.Diagnostics.CodeAnalysis;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Phrases of one or more words, found at a place in a sentence; the longest one wins.</summary>
internal sealed class PhraseIndex<T>
{
    private readonly Dictionary<string, List<(string[] Norms, T Value)>> byFirst = new(StringComparer.Ordinal);

    public void Add(string phrase, T value)
    {
        var norms = Tokenizer.Norms(phrase);
        if (norms.Length == 0) return;
        if (!byFirst.TryGetValue(norms[0], out var list)) byFirst[norms[0]] = list = [];
        var at = list.FindIndex(other => other.Norms.Length < norms.Length);
        list.Insert(at < 0 ? list.Count : at, (norms, value));
    }

    public bool HasFirst(string norm) => byFirst.ContainsKey(norm);

    /// <returns>True with the phrase's length in tokens and its value when one starts at <paramref name="token"/>.</returns>
    public bool TryMatch(IReadOnlyList<Token> tokens, int token, out int length, [MaybeNullWhen(false)] out T value)
    {
        length = 0;
        value = default;
        if (token < 0 || token >= tokens.Count || !byFirst.TryGetValue(tokens[token].Norm, out var list)) return false;

        foreach (var (norms, candidate) in list)
        {
            if (token + norms.Length > tokens.Count) continue;
            var same = true;
            for (var i = 1; same && i < norms.Length; i++) same = tokens[token + i].Norm == norms[i];
            if (!same) continue;
            length = norms.Length;
            value = candidate;
            return true;
        }

        return false;
    }

    public int LengthAt(IReadOnlyList<Token> tokens, int token) => TryMatch(tokens, token, out var length, out _) ? length : 0;
}

/// <summary>A set of phrases without values.</summary>
internal static class PhraseIndex
{
    public static PhraseIndex<string> Of(IEnumerable<string> phrases)
    {
        var index = new PhraseIndex<string>();
        foreach (var phrase in phrases) index.Add(phrase, phrase);
        return index;
    }
}
