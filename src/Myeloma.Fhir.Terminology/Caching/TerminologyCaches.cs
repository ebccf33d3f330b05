using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.Caching;

/// <summary>Resources that clients sent once and name in later requests, each client's by an id that only this server gives out. In memory, bounded, shared by threads.</summary>
/// <remarks>https://build.fhir.org/ig/FHIR/fhir-tools-ig/terminology-caching.html, src/decisions/terminology-caches.md</remarks>
public sealed class TerminologyCaches(TerminologyLimits limits, TimeProvider time)
{
    /// <summary>Caches that are gone and of which is still known why.</summary>
    private const int MaxRetired = 1000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Cache> caches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (bool IsReleased, DateTimeOffset At)> retired = new(StringComparer.Ordinal);
    private readonly Queue<string> retiredInOrder = new();
    private long size;
    private ITimer? sweeping;

    /// <summary>How long a cache is kept without being used.</summary>
    public TimeSpan Idle => TimeSpan.FromMinutes(limits.CacheIdleMinutes);

    /// <summary>A new cache of these resources.</summary>
    /// <param name="isSealed">Whether it stays as it is; else what later requests bring along is added to it.</param>
    /// <returns>Its id, that nobody can guess.</returns>
    /// <exception cref="FhirException"><c>throttled</c>: as many caches as the limit are open; <c>too-costly</c>: more resources than a request may bring along, or more bytes than all caches may have.</exception>
    public string Start(IReadOnlyList<ResourceDocument> resources, bool isSealed)
    {
        if (resources.Count > limits.MaxResources) throw TerminologyIssues.TooManyResources(resources.Count, limits.MaxResources);
        var kept = BroughtResources.None.With([.. resources.Select(resource => resource.Copy())]);
        var id = Guid.NewGuid().ToString();
        lock (gate)
        {
            Sweep();
            if (caches.Count >= limits.MaxCaches) throw TerminologyIssues.TooManyCaches(limits.MaxCaches);
            Grow(kept.Size);
            caches.Add(id, new Cache(isSealed, time.GetUtcNow(), kept));
            sweeping ??= time.CreateTimer(_ => SweepLater(), null, Idle, Timeout.InfiniteTimeSpan);
        }

        return id;
    }

    /// <summary>Releases a cache; nothing happens when there is none.</summary>
    public void End(string id)
    {
        lock (gate)
            if (caches.ContainsKey(id)) Retire(id, isReleased: true);
    }

    /// <summary>How a cache is; asking counts as use.</summary>
    /// <returns>Null when there is none; <see cref="Missing"/> tells why.</returns>
    public TerminologyCacheState? Check(string id)
    {
        lock (gate)
        {
            if (Find(id) is not { } cache) return null;
            var idle = time.GetUtcNow() - cache.LastUsed;
            cache.LastUsed = time.GetUtcNow();
            return new TerminologyCacheState(cache.IsSealed, cache.Resources.Documents.Count, idle);
        }
    }

    /// <summary>Why a cache can't be used: never started here, released, or not used for too long.</summary>
    public Issue Missing(string id)
    {
        lock (gate)
        {
            return !retired.TryGetValue(id, out var end) ? TerminologyIssues.UnknownCache(id)
                : end.IsReleased ? TerminologyIssues.ReleasedCache(id, time.GetUtcNow() - end.At)
                : TerminologyIssues.IdleCache(id, limits.CacheIdleMinutes);
        }
    }

    /// <summary>The resources of a request under a cache, by which the cache grows unless it is sealed.</summary>
    /// <param name="id">As the header says it: ids that came together are separated by commas.</param>
    /// <param name="brought">What the request brings along in <c>tx-resource</c>.</param>
    /// <param name="primary">What it sends as the value set or code system it asks about; nothing to this request, kept for later ones.</param>
    /// <returns>Those of the cache and those brought along; of two of one url and version the one that came last.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: there is no such cache; <c>invalid</c>: several ids; <c>too-costly</c>: past a limit, and nothing is added.</exception>
    public BroughtResources Use(string id, IReadOnlyList<ResourceDocument> brought, IReadOnlyList<ResourceDocument> primary)
    {
        if (id.Contains(',', StringComparison.Ordinal)) throw Several();
        if (brought.Count > limits.MaxResources) throw TerminologyIssues.TooManyResources(brought.Count, limits.MaxResources);
        BroughtResources known;
        bool isSealed;
        lock (gate)
        {
            var cache = Find(id) ?? throw new FhirException(Missing(id));
            cache.LastUsed = time.GetUtcNow();
            (known, isSealed) = (cache.Resources, cache.IsSealed);
        }

        if (isSealed) return known.With(brought);

        // What is known byte for byte is neither copied nor parsed again.
        List<ResourceDocument> sent = [.. brought.Where(IsKept), .. primary.Where(resource => IsKept(resource) && resource.Root.TextOf("url") is not null)];
        if (ReferenceEquals(known.With(sent), known)) return known;
        List<ResourceDocument> copies = [.. sent.Select(resource => resource.Copy())];
        lock (gate)
        {
            var cache = Find(id) ?? throw new FhirException(Missing(id));
            var grown = cache.Resources.With(copies);
            Grow(grown.Size - cache.Resources.Size);
            return cache.Resources = grown;
        }
    }

    /// <summary>What is said of a request that names more than one.</summary>
    public static FhirException Several() => TerminologyIssues.SeveralCaches();

    /// <summary>What a terminology is made of; nothing else can be named.</summary>
    public static bool IsKept(ResourceDocument resource) => resource.ResourceType is "CodeSystem" or "ValueSet" or "ConceptMap";

    /// <returns>Null when it is not here, or has been idle for too long.</returns>
    private Cache? Find(string id)
    {
        if (!caches.TryGetValue(id, out var cache)) return null;
        if (time.GetUtcNow() - cache.LastUsed < Idle) return cache;
        Retire(id, isReleased: false);
        return null;
    }

    private void Grow(long by)
    {
        if (by > 0 && size + by > (long)limits.MaxCacheMegabytes << 20)
        {
            Sweep();
            if (size + by > (long)limits.MaxCacheMegabytes << 20) throw TerminologyIssues.CachesTooLarge(limits.MaxCacheMegabytes);
        }

        size += by;
    }

    private void SweepLater()
    {
        lock (gate)
        {
            Sweep();
            sweeping?.Dispose();
            sweeping = caches.Count == 0 ? null
                : time.CreateTimer(_ => SweepLater(), null, caches.Values.Min(cache => cache.LastUsed) + Idle - time.GetUtcNow() is var left && left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var id in caches.Where(each => now - each.Value.LastUsed >= Idle).Select(each => each.Key).ToList()) Retire(id, isReleased: false);
    }

    private void Retire(string id, bool isReleased)
    {
        caches.Remove(id, out var cache);
        size -= cache!.Resources.Size;
        retired[id] = (isReleased, time.GetUtcNow());
        retiredInOrder.Enqueue(id);
        if (retiredInOrder.Count > MaxRetired) retired.Remove(retiredInOrder.Dequeue());
    }

    private sealed class Cache(bool isSealed, DateTimeOffset started, BroughtResources resources)
    {
        public bool IsSealed => isSealed;
        public DateTimeOffset LastUsed { get; set; } = started;
        public BroughtResources Resources { get; set; } = resources;
    }
}

/// <summary>How a cache is.</summary>
/// <param name="Resources">How many it holds.</param>
/// <param name="Idle">Since it was used last, the asking left out.</param>
public sealed record TerminologyCacheState(bool IsSealed, int Resources, TimeSpan Idle);
