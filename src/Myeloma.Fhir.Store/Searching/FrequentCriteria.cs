using System.Collections.Concurrent;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Criteria that were found to hold for too many versions to begin a search with, for a few minutes. Shared by threads.</summary>
internal sealed class FrequentCriteria(TimeProvider time)
{
    private const int MaxEntries = 10_000;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<int, long> since = new();

    public bool Contains(int fingerprint)
    {
        if (!since.TryGetValue(fingerprint, out var added)) return false;
        if (time.GetElapsedTime(added) < Kept) return true;
        since.TryRemove(fingerprint, out _);
        return false;
    }

    public void Add(int fingerprint)
    {
        // Forgetting all at once is rare, and costs one wasted statement each.
        if (since.Count >= MaxEntries) since.Clear();
        since[fingerprint] = time.GetTimestamp();
    }
}
