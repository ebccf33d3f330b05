using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Searching;

namespace Myeloma.Fhir.Store.CodeSets;

/// <summary>The versions that had a code of a set, all that were current at one instant.</summary>
/// <param name="Rids">Newest first, all below <paramref name="Horizon"/>.</param>
/// <param name="Horizon">What has a lower rid and is not listed was no hit and won't become one; what has a higher one was made later, or at the same time.</param>
/// <param name="Seen">What was committed when they were listed.</param>
/// <param name="Since">When, in ticks of the store's clock.</param>
/// <param name="Cost">How long listing took.</param>
/// <remarks>An index row never comes to a version afterwards, and goes only with it. So the list stays right for every later instant: some of its versions are no longer current.</remarks>
internal sealed record ListedHits(ReadOnlyMemory<long> Rids, long Horizon, Snapshot Seen, long Since, TimeSpan Cost)
{
    /// <summary>Those that come after a version, newest first; after null: all.</summary>
    public ReadOnlyMemory<long> After(long? rid)
    {
        if (rid is not { } last) return Rids;
        var (low, high) = (0, Rids.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Rids.Span[middle] >= last) low = middle + 1;
            else high = middle;
        }

        return Rids[low..];
    }
}

/// <summary>What a list is of; rows of another generation of search parameters mean something else.</summary>
internal readonly record struct ListKey(string Sets, int ParameterId, long IndexGeneration)
{
    public static ListKey Of(Criterion.TokenIn criterion, long indexGeneration) =>
        new(string.Join(',', criterion.Stored.Select(set => set.Id).Order()), criterion.Parameter.Id, indexGeneration);
}

/// <summary>Lists of hits in memory, up to a number of bytes; those that were not used for longest go first. Shared by threads.</summary>
/// <remarks>src/decisions/code-sets.md has the reasons.</remarks>
internal sealed class ListedHitsCache(long maxBytes, TimeProvider time)
{
    /// <summary>A list with more than this part of all bytes is not kept.</summary>
    private const int MostPart = 4;

    /// <summary>However little listing costs, it is not done more often; and after the second time the list is not used.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1), Old = TimeSpan.FromSeconds(10);

    private const int FreshCosts = 20, OldCosts = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<ListKey, Entry> entries = [];
    private long bytes;
    private long uses;

    /// <summary>Rids that a list may have; 0: none is kept.</summary>
    public int MaxLength => (int)Math.Min(Array.MaxLength, maxBytes / MostPart / sizeof(long));

    /// <returns>The list, if there is one; and whether the caller is asked to make another one, and then to call <see cref="Keep"/> in any case.</returns>
    /// <param name="isStale">Whether so much was written since that the one there is of no use.</param>
    public (ListedHits? List, bool Make) Find(ListKey key, bool isStale)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry)) entries.Add(key, entry = new Entry());
            entry.Used = ++uses;
            var age = entry.Since is 0 ? TimeSpan.MaxValue : time.GetElapsedTime(entry.Since);
            var isOld = age > Max(Old, OldCosts * entry.Cost);
            var make = !entry.IsMaking && (isOld || (isStale && age > Max(Fresh, FreshCosts * entry.Cost)));
            entry.IsMaking |= make;
            return (isOld ? null : entry.List, make);
        }
    }

    /// <param name="list">Null: it could not be made, or has too many.</param>
    public void Keep(ListKey key, ListedHits? list, TimeSpan cost)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry)) return;
            bytes += Size(list) - Size(entry.List);
            (entry.List, entry.Since, entry.Cost, entry.IsMaking) = (list, time.GetTimestamp(), cost, false);
            while (bytes > maxBytes && entries.Where(each => each.Value.List is not null).MinBy(each => each.Value.Used) is { Value: { } oldest } first)
            {
                bytes -= Size(oldest.List);
                entries.Remove(first.Key);
            }

            // What stands for sets that nobody asks for any more has no bytes, but isn't nothing.
            if (entries.Count > 10_000) Forget();
        }
    }

    public void Forget()
    {
        lock (gate)
        {
            entries.Clear();
            bytes = 0;
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static long Size(ListedHits? list) => list is null ? 0 : sizeof(long) * (long)list.Rids.Length;

    private sealed class Entry
    {
        public ListedHits? List { get; set; }
        public long Since { get; set; }
        public TimeSpan Cost { get; set; }
        public bool IsMaking { get; set; }
        public long Used { get; set; }
    }
}
