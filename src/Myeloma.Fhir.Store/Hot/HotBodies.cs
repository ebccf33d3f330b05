using System.Collections.Concurrent;

namespace Myeloma.Fhir.Store.Hot;

/// <summary>Current versions in memory, as many as a number of bytes allows; the ones that are read stay. Shared by threads.</summary>
/// <remarks>
/// A version that was read from the database enters only if no write of its stripe of keys began or ended since before the read: so what is kept is never older than what a write that was
/// answered has made. Only while the lease is good does it give anything. src/decisions/hot-bodies.md has the reasons.
/// </remarks>
internal sealed class HotBodies(long maxBytes)
{
    private const int StripeCount = 1024;

    /// <summary>What an entry costs beside its body, by a rough measure.</summary>
    private const int EntryBytes = 400;

    private readonly ConcurrentDictionary<ResourceKey, Entry> entries = new();
    private readonly ConcurrentQueue<Entry> turn = new();
    private readonly Stripe[] stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];
    private long bytes, hits, misses, generation, goodUntil;

    /// <summary>Bytes that are held.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public long Hits => Interlocked.Read(ref hits);

    public long Misses => Interlocked.Read(ref misses);

    /// <summary>Whether what is kept may be given out now.</summary>
    public bool IsGood => TimeProvider.System.GetTimestamp() < Volatile.Read(ref goodUntil);

    /// <summary>Counts how often everything was forgotten.</summary>
    public long Generation => Interlocked.Read(ref generation);

    /// <summary>Lets the content be given out until then, unless everything was forgotten since that generation.</summary>
    /// <param name="timestamp">Of <see cref="TimeProvider.System"/>.</param>
    public void AllowUntil(long timestamp, long ofGeneration)
    {
        lock (turn)
            if (ofGeneration == Generation) Volatile.Write(ref goodUntil, timestamp);
    }

    /// <summary>Forgets everything, and what is being read at the moment will not enter.</summary>
    public void Clear()
    {
        lock (turn)
        {
            Volatile.Write(ref goodUntil, 0);
            Interlocked.Increment(ref generation);
        }

        // Who is about to enter a version of before has done so when his stripe's lock is free.
        foreach (var stripe in stripes) lock (stripe) stripe.Epoch++;
        foreach (var entry in entries.Values) Remove(entry);
    }

    /// <returns>Null when it is not here, or may not be given out.</returns>
    public ResourceVersion? Find(ResourceKey key)
    {
        if (IsGood && entries.TryGetValue(key, out var entry))
        {
            entry.IsUsed = true;
            Interlocked.Increment(ref hits);
            return entry.Version;
        }

        Interlocked.Increment(ref misses);
        return null;
    }

    /// <summary>To be taken before the database is read, and given to <see cref="Add"/>.</summary>
    public Ticket Begin(ResourceKey key)
    {
        if (!IsGood) return default;
        var stripe = StripeOf(key);
        lock (stripe) return stripe.Writers > 0 ? default : new Ticket(stripe.Epoch, Volatile.Read(ref generation), true);
    }

    /// <summary>Keeps a version that was read after the ticket was taken, unless it may be outdated.</summary>
    public void Add(ResourceVersion version, Ticket ticket)
    {
        if (!ticket.IsValid || version.IsDeleted) return;
        var entry = new Entry(version, version.Body.Length + EntryBytes);
        if (entry.Bytes > maxBytes / 8) return;
        var stripe = StripeOf(version.Key);
        lock (stripe)
        {
            if (stripe.Epoch != ticket.Epoch || stripe.Writers > 0 || ticket.Generation != Volatile.Read(ref generation) || !IsGood) return;
            if (!entries.TryAdd(version.Key, entry)) return;
            Interlocked.Add(ref bytes, entry.Bytes);
        }

        turn.Enqueue(entry);
        MakeRoom();
    }

    /// <summary>Takes keys out and keeps them out while they are written; to be disposed when the write is committed or taken back.</summary>
    public Change BeginChange(IReadOnlyList<ResourceKey> keys)
    {
        foreach (var key in keys)
        {
            var stripe = StripeOf(key);
            lock (stripe)
            {
                stripe.Writers++;
                stripe.Epoch++;
                if (entries.TryGetValue(key, out var entry)) Remove(entry);
            }
        }

        return new Change(this, keys);
    }

    private void EndChange(IReadOnlyList<ResourceKey> keys)
    {
        foreach (var key in keys)
        {
            var stripe = StripeOf(key);
            lock (stripe)
            {
                stripe.Writers--;
                stripe.Epoch++;
            }
        }
    }

    /// <summary>Those that were read since their last turn get another one.</summary>
    private void MakeRoom()
    {
        while (Bytes > maxBytes && turn.TryDequeue(out var entry))
        {
            if (entry.IsRemoved) continue;
            if (entry.IsUsed)
            {
                entry.IsUsed = false;
                turn.Enqueue(entry);
            }
            else
            {
                Remove(entry);
            }
        }
    }

    private void Remove(Entry entry)
    {
        if (!entries.TryRemove(new KeyValuePair<ResourceKey, Entry>(entry.Version.Key, entry))) return;
        entry.IsRemoved = true;
        Interlocked.Add(ref bytes, -entry.Bytes);
    }

    private Stripe StripeOf(ResourceKey key) => stripes[key.GetHashCode() & (StripeCount - 1)];

    /// <summary>What a reader saw before it read.</summary>
    public readonly record struct Ticket(long Epoch, long Generation, bool IsValid);

    /// <summary>A write under way.</summary>
    public sealed class Change(HotBodies bodies, IReadOnlyList<ResourceKey> keys) : IDisposable
    {
        public void Dispose() => bodies.EndChange(keys);
    }

    private sealed class Stripe
    {
        public long Epoch { get; set; }

        public int Writers { get; set; }
    }

    private sealed class Entry(ResourceVersion version, int bytes)
    {
        public ResourceVersion Version => version;

        public int Bytes => bytes;

        public bool IsUsed { get; set; }

        public bool IsRemoved { get; set; }
    }
}
