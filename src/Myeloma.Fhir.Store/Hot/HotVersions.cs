using Npgsql;

namespace Myeloma.Fhir.Store.Hot;

/// <summary>A store's part in keeping current versions in memory: those it keeps itself, once that has begun, and in any case the name by which others know its writes.</summary>
internal sealed class HotVersions(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    private HotBodies? bodies;
    private HotLease? lease;

    /// <summary>Names this store among all on the database.</summary>
    public string Server { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Null until it has begun.</summary>
    public HotBodies? Bodies => bodies;

    public void Begin(long maxBytes)
    {
        bodies = new HotBodies(maxBytes);
        lease = new HotLease(dataSource, bodies, Server);
    }

    /// <inheritdoc cref="HotBodies.Find"/>
    public ResourceVersion? Find(ResourceKey key) => bodies?.Find(key);

    /// <inheritdoc cref="HotBodies.Begin"/>
    public HotBodies.Ticket Begin(ResourceKey key) => bodies?.Begin(key) ?? default;

    /// <inheritdoc cref="HotBodies.Add"/>
    public void Add(ResourceVersion version, HotBodies.Ticket ticket) => bodies?.Add(version, ticket);

    /// <inheritdoc cref="HotBodies.BeginChange"/>
    public IDisposable? BeginChange(IReadOnlyList<ResourceKey> keys) => keys.Count == 0 ? null : bodies?.BeginChange(keys);

    /// <inheritdoc cref="HotLease.Doubt"/>
    public void Doubt() => lease?.Doubt();

    public async ValueTask DisposeAsync()
    {
        if (lease is not null) await lease.DisposeAsync();
    }
}
