using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>The text a person types to find members: beginnings of words, in any order, without case and accents, in displays, designations and codes.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-operation-expand.html (filter)</remarks>
internal sealed class TextFilter
{
    /// <summary>More members than these are told in the order of the value set: nobody reads so far, and each would have to be looked at.</summary>
    public const int MaxRanked = 20_000;

    private readonly string text;
    private readonly string[] words;

    private TextFilter(string text) => (this.text, words) = (text, [.. ConceptIndex.Words(text)]);

    /// <returns>Null for a text without a word, which lets everything through.</returns>
    public static TextFilter? Of(string? text) => text is not null && new TextFilter(text) is { words.Length: > 0 } filter ? filter : null;

    /// <summary>The members that have every word, in the names of the system or those that the value set has for them.</summary>
    public SystemContent Apply(SystemContent part)
    {
        var found = part.System.Index.Find(text) ?? ConceptSet.Empty;
        if (part.Listed is { } listed)
            found = found.Union(ConceptSet.Of(listed.Where(pair => HasNames(pair.Value) && IsIn([.. Names(part.System, pair.Key), .. Names(pair.Value)])).Select(pair => pair.Key)));
        return part with { Set = part.Set.Intersect(found) };
    }

    /// <summary>Best first: the code or the whole display, then a display that begins so, then one that has all the words; equals stay in the order of the value set.</summary>
    /// <param name="displayOf">The display that is shown.</param>
    public IEnumerable<(SystemContent Part, int Ordinal)> Ranked(ValueSetContent content, Func<SystemContent, int, string?> displayOf)
    {
        var members = content.Parts.SelectMany(part => part.From(0).Select(ordinal => (Part: part, Ordinal: ordinal)));
        return content.Count > MaxRanked ? members : members.OrderBy(member => Rank(member.Part.System.Code(member.Ordinal), displayOf(member.Part, member.Ordinal)));
    }

    private int Rank(string code, string? display)
    {
        string[] shown = display is null ? [] : [.. ConceptIndex.Words(display)];
        if (shown.AsSpan().SequenceEqual(words) || code.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) return 0;
        if (BeginsSo(shown)) return 1;
        return words.All(word => shown.Any(each => each.StartsWith(word, StringComparison.Ordinal))) ? 2 : 3;
    }

    /// <summary>Whether the words stand at the beginning in their order, the last one perhaps not written out.</summary>
    private bool BeginsSo(string[] shown)
    {
        if (shown.Length < words.Length) return false;
        for (var each = 0; each < words.Length - 1; each++)
            if (shown[each] != words[each]) return false;
        return shown[words.Length - 1].StartsWith(words[^1], StringComparison.Ordinal);
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
