using System.Text;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>The text a person types to find members: beginnings of words, in any order, without case and accents, in displays, designations and codes.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-operation-expand.html (filter)</remarks>
internal sealed class TextFilter
{
    /// <summary>Of more members than these only those are ranked that have the words as they are, not as beginnings: nobody reads so far, and each has to be looked at.</summary>
    public const int MaxRanked = 1_000;

    private readonly string text;
    private readonly string[] words;

    private TextFilter(string text) => (this.text, words) = (text, [.. ConceptIndex.Words(text)]);

    /// <returns>Null for a text without a word, which lets everything through.</returns>
    public static TextFilter? Of(string? text) => text is not null && new TextFilter(text) is { words.Length: > 0 } filter ? filter : null;

    /// <summary>The members that have every word, in the names of the system or those that the value set has for them.</summary>
    public SystemContent Apply(SystemContent part)
    {
        if (part.Listed is not { } listed) return part with { Set = part.System.Index.Find(text, within: part.Set) ?? ConceptSet.Empty };
        var found = (part.System.Index.Find(text) ?? ConceptSet.Empty).Union(ConceptSet.Of(listed.Where(pair => HasNames(pair.Value) && IsIn([.. Names(part.System, pair.Key), .. Names(pair.Value)])).Select(pair => pair.Key)));
        return part with { Set = part.Set.Intersect(found) };
    }

    /// <summary>Best first: the code or the whole display, then a display that begins so, then one that has all the words; equals stay in the order of the value set.</summary>
    /// <param name="displayOf">The display that is shown; null: that of the system.</param>
    public IEnumerable<(SystemContent Part, int Ordinal)> Ranked(ValueSetContent content, Func<SystemContent, int, string?>? displayOf)
    {
        if (content.Count <= MaxRanked) return Sorted(content.Parts, displayOf);
        List<SystemContent> whole = [.. content.Parts.Select(part => part with { Set = part.System.Index.Find(text, isWhole: true, within: part.Set) ?? ConceptSet.Empty })];
        if (whole.All(part => part.Set.IsEmpty) || whole.Sum(part => part.Set.Count) > MaxRanked) return Members(content.Parts);
        return Sorted(whole, displayOf).Concat(Members(content.Parts.Zip(whole, (part, first) => part with { Set = part.Set.Except(first.Set) })));
    }

    private IEnumerable<(SystemContent Part, int Ordinal)> Sorted(IEnumerable<SystemContent> parts, Func<SystemContent, int, string?>? displayOf)
    {
        List<(SystemContent, int)> best = [], good = [], fair = [], rest = [];
        foreach (var part in parts)
            foreach (var ordinal in part.From(0))
                (Rank(part, ordinal, displayOf) switch { 0 => best, 1 => good, 2 => fair, _ => rest }).Add((part, ordinal));
        return [.. best, .. good, .. fair, .. rest];
    }

    private static IEnumerable<(SystemContent Part, int Ordinal)> Members(IEnumerable<SystemContent> parts) => parts.SelectMany(part => part.From(0).Select(ordinal => (Part: part, Ordinal: ordinal)));

    private int Rank(SystemContent part, int ordinal, Func<SystemContent, int, string?>? displayOf)
    {
        var form = part.System.Form;
        Span<char> room = stackalloc char[256];
        if (Chars(form.Texts.Bytes(ordinal), room).Equals(text.AsSpan().Trim(), StringComparison.OrdinalIgnoreCase)) return 0;
        return displayOf is null && form.DisplayText(ordinal) is >= 0 and var display ? Rank(Chars(form.Texts.Bytes(display), room))
            : Rank(displayOf is null ? part.System.Display(ordinal) : displayOf(part, ordinal));
    }

    private static ReadOnlySpan<char> Chars(ReadOnlySpan<byte> utf8, Span<char> room) =>
        utf8.Length <= room.Length ? room[..Encoding.UTF8.GetChars(utf8, room)] : Encoding.UTF8.GetString(utf8);

    private int Rank(ReadOnlySpan<char> display)
    {
        // Reads each word of the display once: whether it is the text so far, begins with it so far, and which of the words it begins with.
        var reader = new WordReader(display, stackalloc char[128]);
        var (at, isSame, beginsSo) = (0, true, true);
        Span<bool> isMet = words.Length <= 64 ? stackalloc bool[words.Length] : new bool[words.Length];
        for (; reader.Read(); at++)
        {
            var word = reader.Word;
            for (var each = 0; each < words.Length; each++) isMet[each] |= word.StartsWith(words[each]);
            if (at >= words.Length) continue;
            isSame &= word.SequenceEqual(words[at]);
            beginsSo &= isSame || (at == words.Length - 1 && word.StartsWith(words[at]));
        }

        if (at < words.Length) return isMet.Contains(false) ? 3 : 2;
        return isSame && at == words.Length ? 0 : beginsSo ? 1 : isMet.Contains(false) ? 3 : 2;
    }

    private bool IsIn(List<string> names)
    {
        List<string> all = [.. names.SelectMany(ConceptIndex.Words)];
        return words.All(word => all.Exists(each => each.StartsWith(word, StringComparison.Ordinal)));
    }

    private static bool HasNames(ListedConcept note) => note.Display is not null || note.Designations.Count > 0;

    private static IEnumerable<string> Names(ListedConcept note) => note.Designations.Select(each => each.Value).Concat(note.Display is { } display ? [display] : []);

    private static List<string> Names(CompiledCodeSystem system, int ordinal)
    {
        List<string> names = [system.Code(ordinal), .. system.Designations(ordinal).ToArray().Select(each => each.Value)];
        if (system.Display(ordinal) is { } display) names.Add(display);
        return names;
    }
}
