namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>What somebody may have meant by a name that is not known.</summary>
internal static class NearestName
{
    private const int LongestCompared = 40;

    /// <summary>The candidate that differs in case or by little; null when none is near.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length > LongestCompared) return null;
        return candidates
            .Select(candidate => (candidate, Distance: Distance(candidate.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(each => each.Distance <= Math.Min(2, name.Length / 2))
            .OrderBy(each => each.Distance).ThenBy(each => each.candidate, StringComparer.Ordinal)
            .Select(each => each.candidate).FirstOrDefault();
    }

    /// <summary>Insertions, deletions and replacements between two words.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
