using Myeloma.Fhir.Model.Canonicals;

namespace Myeloma.Fhir.Terminology;

/// <summary>What a request says about versions of code systems or value sets: <c>default-</c>, <c>check-</c> and <c>force-…-version</c>.</summary>
/// <param name="Default">By url: the version where nothing else names one.</param>
/// <param name="Check">By url: what the version in use has to be; it also stands where nothing names one.</param>
/// <param name="Force">By url: the version whatever is named.</param>
internal sealed record VersionRules(
    IReadOnlyDictionary<string, string> Default, IReadOnlyDictionary<string, string> Check, IReadOnlyDictionary<string, string> Force)
{
    public static readonly VersionRules None = new(new Dictionary<string, string>(), new Dictionary<string, string>(), new Dictionary<string, string>());

    public bool IsEmpty => Default.Count + Check.Count + Force.Count == 0;

    /// <summary>The version, or pattern of one, to use where <paramref name="stated"/> stands; null: the latest.</summary>
    public string? Effective(string url, string? stated) =>
        Force.GetValueOrDefault(url) ?? stated ?? Default.GetValueOrDefault(url) ?? Check.GetValueOrDefault(url);

    /// <summary>Which parameter decides where no version is named; null for none, and for <c>force-</c>, which decides always.</summary>
    public string? RuleFor(string url) =>
        Force.ContainsKey(url) ? null : Default.ContainsKey(url) ? "default-system-version" : Check.ContainsKey(url) ? "check-system-version" : null;

    /// <summary>Canonicals as clients send them, <c>url|version</c>; those without a version say nothing.</summary>
    public static IReadOnlyDictionary<string, string> Read(IEnumerable<string> canonicals)
    {
        Dictionary<string, string>? rules = null;
        foreach (var canonical in canonicals)
            if (canonical.IndexOf('|', StringComparison.Ordinal) is > 0 and var bar) (rules ??= new(StringComparer.Ordinal))[canonical[..bar]] = canonical[(bar + 1)..];
        return rules ?? None.Default;
    }
}

/// <summary>Versions and patterns of versions: <c>1.0.x</c>, <c>1.*</c>. https://hl7.org/fhir/R4/references.html#canonical</summary>
public static class VersionPattern
{
    /// <summary>Whether a version is the one named, or fits the pattern.</summary>
    /// <param name="pattern">A version; parts that are <c>x</c>, <c>X</c> or <c>*</c> stand for any number, the last of them also for several parts.</param>
    public static bool Matches(string pattern, string? version)
    {
        if (version is null) return false;
        if (pattern == version) return true;

        // An edition of SNOMED CT stands for each of its versions. https://hl7.org/fhir/R4/snomedct.html
        if (version.StartsWith(pattern, StringComparison.Ordinal) && version.AsSpan(pattern.Length).StartsWith("/version/", StringComparison.Ordinal)) return true;
        var (wanted, parts) = (pattern.Split('.'), version.Split('.'));
        if (!wanted.Any(IsAny)) return false;
        for (var index = 0; index < wanted.Length; index++)
        {
            if (index >= parts.Length) return false;
            if (!IsAny(wanted[index]) && wanted[index] != parts[index]) return false;
        }

        return parts.Length == wanted.Length || IsAny(wanted[^1]);
    }

    /// <summary>Of several versions the one to use: the named one, the latest that fits a pattern, without either the latest; active ones before drafts, and what is retired last.</summary>
    /// <param name="version">Null: none is named.</param>
    /// <returns>Null when none fits.</returns>
    public static T? Select<T>(IReadOnlyList<T> versions, string? version, Func<T, string?> versionOf, Func<T, string?> statusOf)
        where T : class
    {
        T? best = null;
        foreach (var each in versions)
        {
            if (version is not null && !Matches(version, versionOf(each))) continue;
            if (best is null) best = each;
            else if (IsBefore(each, best)) best = each;
        }

        return best;

        bool IsBefore(T one, T other) => (PublicationPrecedence.Of(statusOf(one)), PublicationPrecedence.Of(statusOf(other))) switch
        {
            var (mine, its) when mine != its => mine < its,
            _ => BusinessVersionOrder.Instance.Compare(versionOf(one), versionOf(other)) > 0,
        };
    }

    private static bool IsAny(string part) => part is "x" or "X" or "*";
}
