using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Folding;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>The words of displays, designations and codes, without case and accents, each with the concepts it stands in.</summary>
/// <remarks>A prefix is a range of the sorted words. Made on first use.</remarks>
public sealed class ConceptIndex
{
    private readonly string[] words;
    private readonly int[] starts;
    private readonly int[] postings;

    internal ConceptIndex(CompiledCodeSystem system)
    {
        var byWord = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var ordinal = 0; ordinal < system.Count; ordinal++)
        {
            Add(byWord, system.Code(ordinal), ordinal);
            Add(byWord, system.Display(ordinal), ordinal);
            foreach (var designation in system.Designations(ordinal)) Add(byWord, designation.Value, ordinal);
        }

        words = [.. byWord.Keys.Order(StringComparer.Ordinal)];
        starts = new int[words.Length + 1];
        for (var word = 0; word < words.Length; word++) starts[word + 1] = starts[word] + byWord[words[word]].Count;
        postings = new int[starts[^1]];
        for (var word = 0; word < words.Length; word++) byWord[words[word]].CopyTo(postings, starts[word]);
    }

    /// <summary>The concepts in which every word of the text begins some word, in any order.</summary>
    /// <param name="text">Any text; without a word in it, null is told.</param>
    public ConceptSet? Find(string text)
    {
        ConceptSet? found = null;
        foreach (var word in Words(text))
        {
            var with = StartingWith(word);
            found = found is null ? with : found.Intersect(with);
            if (found.IsEmpty) break;
        }

        return found;
    }

    /// <summary>The words of a text, folded: letters and digits of any script, without case and accents.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark) continue;
            if (rune.Value > '~' && rune.IsBmp && FoldingTable.Folded.TryGetValue((char)rune.Value, out var plain))
            {
                word.Append(plain);
            }
            else if (Rune.IsLetterOrDigit(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0) yield return word.ToString();
    }

    private static void Add(Dictionary<string, List<int>> byWord, string? text, int ordinal)
    {
        if (text is null) return;
        foreach (var word in Words(text))
        {
            if (!byWord.TryGetValue(word, out var list)) byWord.Add(word, list = []);
            if (list.Count == 0 || list[^1] != ordinal) list.Add(ordinal);
        }
    }

    private ConceptSet StartingWith(string prefix)
    {
        var first = Array.BinarySearch(words, prefix, StringComparer.Ordinal);
        if (first < 0) first = ~first;
        var last = first;
        while (last < words.Length && words[last].StartsWith(prefix, StringComparison.Ordinal)) last++;
        return ConceptSet.Of(postings[starts[first]..starts[last]]);
    }
}
