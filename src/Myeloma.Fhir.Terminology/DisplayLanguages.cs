using System.Globalization;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology;

/// <summary>The languages a client wants displays in, as <c>Accept-Language</c> writes them: <c>de, en; q=0.5, *; q=0</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-operation-expand.html (displayLanguage), https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4</remarks>
internal sealed class DisplayLanguages
{
    public static readonly DisplayLanguages None = new("", [], true);

    private readonly string[] tags;

    private DisplayLanguages(string text, string[] tags, bool allowsOther) => (Text, this.tags, AllowsOther) = (text, tags, allowsOther);

    /// <summary>As the client wrote it.</summary>
    public string Text { get; }

    public bool IsEmpty => tags.Length == 0;

    /// <summary>How messages name them: the tags with a comma between, <c>--</c> for none.</summary>
    public string Words => IsEmpty ? "--" : string.Join(", ", tags.Where(tag => tag != "*"));

    /// <summary>Whether a display of any other language will do when none of the wanted ones is there; not after <c>*; q=0</c>.</summary>
    public bool AllowsOther { get; }

    public static DisplayLanguages Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return None;
        var ranges = new List<(string Tag, double Quality, int Place)>();
        var allowsOther = true;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var pieces = part.Split(';', StringSplitOptions.TrimEntries);
            var quality = 1.0;
            foreach (var piece in pieces.Skip(1))
                if (piece.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(piece.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out var stated)) quality = stated;
            if (quality > 0) ranges.Add((pieces[0], quality, ranges.Count));
            else if (pieces[0] == "*") allowsOther = false;
        }

        return new DisplayLanguages(text, [.. ranges.OrderByDescending(range => range.Quality).ThenBy(range => range.Place).Select(range => range.Tag)], allowsOther);
    }

    /// <summary>Whether a text in a language is in one of the wanted; one whose language is not stated is.</summary>
    public bool Wants(string? language) => IsEmpty || language is null || tags.Any(tag => Matches(tag, language));

    /// <summary>The name of a concept to show.</summary>
    /// <returns>The display of the system or a designation, and which designation it was, -1 for the display; a null text when there is none that will do.</returns>
    public (string? Text, int Designation) Choose(CompiledCodeSystem system, int ordinal) =>
        IsEmpty ? (system.Display(ordinal), -1) : Choose(system.Display(ordinal), system.Source.Language, system.Designations(ordinal));

    /// <inheritdoc cref="Choose(CompiledCodeSystem, int)"/>
    public (string? Text, int Designation) Choose(string? display, string? language, ReadOnlySpan<Designation> designations)
    {
        if (IsEmpty) return (display, -1);
        foreach (var tag in tags)
        {
            if (display is not null && (tag == "*" || language is null || Matches(tag, language))) return (display, -1);
            for (var index = 0; index < designations.Length; index++)
                if (designations[index] is { Language: { } own } designation && IsName(designation) && Matches(tag, own)) return (designation.Value, index);
        }

        return AllowsOther ? (display, -1) : (null, -1);
    }

    /// <summary>A range matches a tag that is equal or narrower: <c>de</c> matches <c>de-CH</c>. https://www.rfc-editor.org/rfc/rfc4647#section-3.3.1</summary>
    public static bool Matches(string range, string tag) =>
        range == "*" || tag.Equals(range, StringComparison.OrdinalIgnoreCase)
        || (tag.Length > range.Length && tag[range.Length] == '-' && tag.StartsWith(range, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a designation is a name to show, not one for another use.</summary>
    public static bool IsName(Designation designation) => designation.Use is null or { Code: "display" or "preferredForLanguage" };
}
