using Myeloma.Fhir.Model.Canonicals;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Which version of a package is meant: an exact one, <c>1.0.x</c>, <c>^1.0.0</c>, <c>~1.0.0</c>, or the latest. https://hl7.org/fhir/packages.html</summary>
public static class PackageVersions
{
    /// <summary>The highest version that a pattern takes.</summary>
    /// <param name="pattern">Null, empty, <c>latest</c> and <c>*</c> take all.</param>
    /// <returns>Null when it takes none; a version before a release (<c>1.0.0-ballot</c>) only when it is named or there is no other.</returns>
    public static string? Best(IEnumerable<string> versions, string? pattern)
    {
        var known = versions.ToList();
        if (pattern is not null && known.Contains(pattern)) return pattern;
        var taken = known.Where(version => Takes(pattern, version)).OrderByDescending(version => version, BusinessVersionOrder.Instance).ToList();
        return taken.Find(version => !version.Contains('-', StringComparison.Ordinal)) ?? taken.FirstOrDefault();
    }

    private static bool Takes(string? pattern, string version)
    {
        if (pattern is null or "" or "latest" or "*" or "x") return true;
        if (pattern[0] is '^' or '~')
        {
            var (least, parts) = (pattern[1..], pattern[0] == '^' ? 1 : 2);
            return version.Split('.').Take(parts).SequenceEqual(least.Split('.').Take(parts)) && BusinessVersionOrder.Instance.Compare(version, least) >= 0;
        }

        var (wanted, own) = (pattern.Split('.'), version.Split('.'));
        if (!wanted.Any(part => part is "x" or "X" or "*")) return false;
        for (var at = 0; at < wanted.Length; at++)
        {
            if (wanted[at] is "x" or "X" or "*") return true;
            if (at >= own.Length || own[at] != wanted[at]) return false;
        }

        return false;
    }
}
