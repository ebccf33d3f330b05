using System.Text.RegularExpressions;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>A language tag taken apart and held against the registry. https://www.rfc-editor.org/rfc/rfc5646#section-2.1</summary>
internal sealed partial class LanguageTag
{
    private readonly List<(string Kind, string Subtag)> parts = [];
    private readonly List<string> names = [];

    private LanguageTag(string text) => Text = text;

    /// <summary>The tag with the capitals that are usual: <c>zh-Hant-TW</c>.</summary>
    public string Text { get; private set; }

    /// <summary>Why it is no tag, or names what is not registered; null when it is right.</summary>
    public string? Fault { get; private set; }

    /// <summary>The names of its subtags: <c>Chinese (Han (Traditional variant), Taiwan, Province of China)</c>.</summary>
    public string Display => names.Count <= 1 ? names.FirstOrDefault() ?? Text : $"{names[0]} ({string.Join(", ", names.Skip(1))})";

    /// <summary>Further names of the language, where the tag is that alone.</summary>
    public IReadOnlyList<string> OtherNames { get; private set; } = [];

    /// <summary>Whether the registry has given it up for another.</summary>
    public bool IsDeprecated { get; private set; }

    /// <summary>Kind and subtag, in the order of the tag.</summary>
    public IReadOnlyList<(string Kind, string Subtag)> Parts => parts;

    public static LanguageTag Read(string text)
    {
        var tag = new LanguageTag(text);
        if (SubtagRegistry.Instance.Find("grandfathered", text) is { } whole) tag.TakeWhole(whole);
        else if (Form().Match(text) is { Success: true } match) tag.Take(match);
        else tag.Fault = $"'{text}' is no language tag: a language of two or three letters was expected, then script, region and variants with '-' between, as in 'de-CH'.";
        return tag;
    }

    private void TakeWhole(Subtag whole)
    {
        (Text, IsDeprecated) = (whole.Code, whole.IsDeprecated);
        names.Add(whole.Names[0]);
    }

    private void Take(Match match)
    {
        Add("language", match.Groups["language"].Value.ToLowerInvariant(), "language");
        foreach (Capture each in match.Groups["extlang"].Captures) Add("ext-lang", each.Value.ToLowerInvariant(), "extlang");
        if (match.Groups["extlang"].Captures.Count > 1) Fault ??= $"'{Text}' has more than one extended language; there is one at most.";
        if (match.Groups["script"] is { Success: true } script) Add("script", char.ToUpperInvariant(script.Value[0]) + script.Value[1..].ToLowerInvariant(), "script");
        if (match.Groups["region"] is { Success: true } region) Add("region", region.Value.ToUpperInvariant(), "region");
        foreach (Capture each in match.Groups["variant"].Captures) Add("variant", each.Value.ToLowerInvariant(), "variant");
        foreach (Capture each in match.Groups["extension"].Captures) Add("extension", each.Value[1..].ToLowerInvariant(), null);
        if (match.Groups["private"] is { Success: true } own) Add("private-use", own.Value.TrimStart('-').ToLowerInvariant(), null);
        Text = string.Join('-', parts.Where(part => part.Subtag.Length > 0).Select(part => part.Subtag));
        if (parts.Where(part => part.Kind == "variant").GroupBy(part => part.Subtag).FirstOrDefault(group => group.Count() > 1) is { } twice) Fault ??= $"'{Text}' names the variant '{twice.Key}' twice.";
        if (parts.Where(part => part.Kind == "extension").GroupBy(part => part.Subtag[0]).FirstOrDefault(group => group.Count() > 1) is { } singleton) Fault ??= $"'{Text}' has the extension '{singleton.Key}' twice.";
    }

    /// <param name="registered">Type of the registry in which the subtag has to be; null for what is not registered.</param>
    private void Add(string kind, string subtag, string? registered)
    {
        if (subtag.Length == 0) return;
        parts.Add((kind, subtag));
        if (registered is null)
        {
            names.Add(subtag);
            return;
        }

        if (SubtagRegistry.Instance.Find(registered, subtag) is not { } found)
        {
            Fault ??= $"'{subtag}' is no registered {(registered == "extlang" ? "extended language" : registered)} of language tags.";
            return;
        }

        names.Add(found.Names[0]);
        OtherNames = parts.Count == 1 ? [.. found.Names.Skip(1)] : [];
        IsDeprecated |= found.IsDeprecated;
    }

    [GeneratedRegex("^(((?<language>[a-z]{2,3})(-(?<extlang>[a-z]{3})){0,3}|(?<language>[a-z]{4,8}))(-(?<script>[a-z]{4}))?(-(?<region>[a-z]{2}|[0-9]{3}))?(-(?<variant>[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?<extension>-[a-wy-z0-9](-[a-z0-9]{2,8})+)*(?<private>-x(-[a-z0-9]{1,8})+)?|(?<private>x(-[a-z0-9]{1,8})+))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
