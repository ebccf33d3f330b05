using System.Collections.Frozen;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Bullets, labels and lines that are no text.</summary>
internal sealed class LayoutLexicon(LayoutWords words)
{
    private readonly FrozenSet<string> bullets = words.Bullets.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> spacedBullets = words.SpacedBullets.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> navigation = words.Navigation.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly FrozenSet<string> combinationTitles = words.CombinationTitles.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> drugsTitles = words.DrugsTitles.ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlySet<string> QuestionWords { get; } = words.QuestionWords.ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlySet<string> FiniteVerbs { get; } = words.FiniteVerbs.ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlySet<string> Abbreviations { get; } = words.Abbreviations.ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlyList<string> Labels { get; } = words.Labels;

    /// <summary>"Regimen", "Combination": the title of a column that names combinations.</summary>
    public bool IsCombinationTitle(string title) => HasTitle(title, combinationTitles);

    /// <summary>"Drugs", "Medicines in it": the title of a column that holds drugs.</summary>
    public bool IsDrugsTitle(string title) => HasTitle(title, drugsTitles);

    private static bool HasTitle(string title, FrozenSet<string> titles) =>
        title.Length < 60 && Tokenizer.Norms(title) is { Length: < 7 } norms && norms.Any(titles.Contains);

    public bool IsNavigation(string line) => navigation.Contains(line.Trim().TrimEnd(':', '.'));

    /// <summary>True for a label of the lexicon, one misspelt word allowed.</summary>
    public bool IsLabel(string line)
    {
        var norms = Tokenizer.Norms(line.TrimEnd(':', ' '));
        foreach (var label in Labels)
        {
            var wanted = Tokenizer.Norms(label);
            if (wanted.Length != norms.Length) continue;
            var different = 0;
            for (var i = 0; i < wanted.Length; i++)
            {
                if (wanted[i] == norms[i]) continue;
                different += EditDistance.Between(wanted[i], norms[i], 2) <= 2 && wanted[i].Length > 5 ? 1 : 9;
            }

            if (different <= 1) return true;
        }

        return false;
    }

    /// <summary>The length of the bullet or number that opens a line; zero when the line has none.</summary>
    internal int BulletLength(string text, Line line)
    {
        var start = line.Start;
        var end = line.End;
        if (start >= end) return 0;
        var first = text[start].ToString();
        var alone = start + 1 == end;
        if (bullets.Contains(first)) return 1;
        if (Markup.Entity(text, start, end, out var entity) is { } meant && bullets.Contains(meant.ToString())) return entity;
        if (spacedBullets.Contains(first)) return alone ? (first == "o" ? 0 : 1) : char.IsWhiteSpace(text[start + 1]) ? 1 : 0;
        return NumberLength(text, start, end);
    }

    public string BulletKind(string bullet) => bullet.Length > 0 && (bullets.Contains(bullet) || spacedBullets.Contains(bullet)) ? bullet
        : bullet.StartsWith('&') ? bullet
        : bullet.Any(char.IsDigit) ? "1" : "a";

    private static int NumberLength(string text, int start, int end)
    {
        var i = start;
        var open = text[i] == '(';
        if (open) i++;
        var from = i;
        while (i < end && char.IsAsciiDigit(text[i])) i++;
        var digits = i - from;
        if (digits == 0)
        {
            while (i < end && i - from < 4 && char.IsAsciiLetterLower(text[i]) && (i == from || text[i] is 'i' or 'v' or 'x')) i++;
            if (i == from) return 0;
        }

        if (digits > 3 || i >= end) return 0;
        if (text[i] == ')' || (!open && text[i] == '.')) i++;
        else return 0;
        return i < end && (char.IsWhiteSpace(text[i]) || (digits > 0 && text[i - 1] == ')' && char.IsLetter(text[i]))) ? i - start : 0;
    }
}
