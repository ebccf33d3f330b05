using System.Globalization;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>PostgreSQL's <c>pg_snapshot</c>: which transactions were over. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT</summary>
/// <param name="Next">The lowest number that was not given yet.</param>
/// <param name="UnderWay">Those below that were not over.</param>
internal sealed record Snapshot(ulong Next, IReadOnlySet<ulong> UnderWay)
{
    /// <param name="text"><c>xmin:xmax:xip,xip</c>.</param>
    public static Snapshot Parse(string text)
    {
        var parts = text.Split(':');
        return new Snapshot(
            ulong.Parse(parts[1], CultureInfo.InvariantCulture),
            parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => ulong.Parse(number, CultureInfo.InvariantCulture)).ToHashSet());
    }

    /// <summary>Whether all that was over here was over there, too.</summary>
    public bool IsNotAfter(Snapshot other) => Next <= other.Next && other.UnderWay.All(number => number >= Next || UnderWay.Contains(number));
}
