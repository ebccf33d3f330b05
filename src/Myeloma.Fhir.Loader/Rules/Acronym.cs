using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Abbreviations that can stand for a combination: "ABcD", "A-BCD", "7+3", "mABC6".</summary>
internal static class Acronym
{
    /// <summary>True for a word with the shape of such an abbreviation that is no other known abbreviation.</summary>
    public static bool IsRegimen(string word, Reading reading)
    {
        if (!HasShape(word)) return false;
        var norm = word.ToLowerInvariant();
        if (reading.Lexicon.StopWords.Contains(norm) || reading.Lexicon.NotBrands.Contains(norm) || reading.Lexicon.Drugs.HasFirst(norm)) return false;
        return !reading.Lexicon.StopAcronyms.Contains(word) && !reading.Lexicon.Classes.Abbreviations.Contains(word)
            && !reading.Names.Conditions.ContainsKey(word) && !IsPluralAcronym(word);
    }

    /// <summary>Two capitals, or up to three letters with a capital first, or digits with a letter or plus sign.</summary>
    public static bool HasShape(string word)
    {
        if (word.Length is < 2 or > 22) return false;
        var capitals = 0;
        var digits = 0;
        var letters = 0;
        foreach (var c in word)
        {
            if (char.IsUpper(c)) capitals++;
            if (char.IsLetter(c)) letters++;
            else if (char.IsAsciiDigit(c)) digits++;
            else if (c is not ('-' or '‐' or '‑' or '–' or '+' or '/' or '&' or '.')) return false;
        }

        if (!char.IsLetterOrDigit(word[0]) || !char.IsLetterOrDigit(word[^1])) return false;
        if (letters == 0) return digits >= 2 && word.Contains('+', StringComparison.Ordinal);
        if (capitals >= 2) return true;
        if (capitals == 1 && word.Length <= 3 && char.IsUpper(word[0]) && !word.Skip(1).Any(c => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y')) return true;
        return (capitals == 1 && digits > 0) || (capitals == 1 && word.Contains('-', StringComparison.Ordinal) && word.Length <= 8);
    }

    /// <summary>The share of members one of whose names begins with a letter, or the letters, of the abbreviation.</summary>
    public static double Explained(string word, IReadOnlyList<RegimenMember> members, Reading reading)
    {
        var letters = word.Where(char.IsLetter).Select(char.ToLowerInvariant).ToHashSet();
        if (members.Count == 0) return 0;
        return members.Count(member => reading.Names.NamesOf(member.Drug).Any(name => name.Any(char.IsLetter) && letters.Contains(char.ToLowerInvariant(name.First(char.IsLetter)))))
            / (double)members.Count;
    }

    /// <summary>"TKIs", "ADCs": the plural of an abbreviation names a kind, not a combination.</summary>
    private static bool IsPluralAcronym(string word) =>
        word.Length > 2 && word[^1] == 's' && char.IsUpper(word[^2]);
}
