using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation;

/// <summary>Definitions by canonical, several versions of each; what is asked for is read then. Filled once or while it is asked, by any thread.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
public sealed class DefinitionLibrary
{
    private readonly ConcurrentDictionary<string, Held[]> byUrl = new(StringComparer.Ordinal);

    /// <summary>Definitions held, each version counted.</summary>
    public int Count => byUrl.Values.Sum(versions => versions.Length);

    /// <summary>Adds a definition; one with the same url and version takes the place of the earlier.</summary>
    /// <param name="url">Without version.</param>
    /// <param name="version">Its business version; null when it has none.</param>
    /// <param name="read">Called each time the definition is asked for; null when it is not there any more.</param>
    /// <param name="isRetired">Whether a canonical without a version prefers any that is not retired.</param>
    public void Add(string url, string? version, Func<ResourceDocument?> read, bool isRetired = false) =>
        byUrl.AddOrUpdate(
            url,
            _ => [new Held(version, isRetired, read)],
            (_, versions) =>
            [
                .. versions.Where(held => held.Version != version).Append(new Held(version, isRetired, read))
                    .OrderBy(held => held.IsRetired).ThenByDescending(held => held.Version, BusinessVersionOrder.Instance),
            ]);

    /// <summary>The definition a canonical names; with <c>|version</c> that version, without it the highest that is not retired, else the highest.</summary>
    /// <returns>Null when it is not here, or not in that version.</returns>
    public ResourceDocument? Find(string canonical)
    {
        var url = Canonicals.Url(canonical);
        if (!byUrl.TryGetValue(url, out var versions)) return null;
        if (url.Length == canonical.Length) return versions[0].Read();
        var version = canonical[(url.Length + 1)..];
        foreach (var held in versions)
            if (held.Version == version) return held.Read();
        return null;
    }

    private sealed record Held(string? Version, bool IsRetired, Func<ResourceDocument?> Read);
}

/// <summary>The order of business versions: numbers by value, part by part; a version with a label is before the one without; none at all is before any.</summary>
public sealed class BusinessVersionOrder : IComparer<string?>
{
    public static readonly BusinessVersionOrder Instance = new();

    private BusinessVersionOrder()
    {
    }

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return x is null ? (y is null ? 0 : -1) : 1;

        // What follows a plus sign is about the build and orders nothing.
        var (left, leftLabel) = Split(x);
        var (right, rightLabel) = Split(y);
        var byNumber = CompareParts(left, right);
        if (byNumber != 0) return byNumber;
        if (leftLabel.Length == 0 || rightLabel.Length == 0) return rightLabel.Length.CompareTo(leftLabel.Length);
        return CompareParts(leftLabel, rightLabel);
    }

    private static (string Numbers, string Label) Split(string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0) version = version[..plus];
        var dash = version.IndexOf('-', StringComparison.Ordinal);

        // A date is a version, too: its hyphens divide numbers.
        if (dash < 0 || char.IsAsciiDigit(version.AsSpan(dash + 1).Length > 0 ? version[dash + 1] : ' ') && !version.Contains('.', StringComparison.Ordinal)) return (version, "");
        return (version[..dash], version[(dash + 1)..]);
    }

    private static int CompareParts(string left, string right)
    {
        var (a, b) = (left.Split('.', '-'), right.Split('.', '-'));
        for (var index = 0; index < Math.Min(a.Length, b.Length); index++)
        {
            var order = ComparePart(a[index], b[index]);
            if (order != 0) return order;
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int ComparePart(string left, string right)
    {
        var (leftIsNumber, rightIsNumber) = (IsNumber(left), IsNumber(right));
        if (!leftIsNumber || !rightIsNumber) return leftIsNumber ? -1 : rightIsNumber ? 1 : string.CompareOrdinal(left, right);
        var (a, b) = (left.TrimStart('0'), right.TrimStart('0'));
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
    }

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);
}
