namespace Myeloma.Fhir.Store;

/// <summary>Limits and habits of the store; each is a setting of the server.</summary>
public sealed record StoreOptions
{
    /// <summary>Most connections to PostgreSQL at a time.</summary>
    public int MaxConnections { get; init; } = 24;

    /// <summary>After this time PostgreSQL gives a statement up and the caller gets <c>transient</c>.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for a statement of a write, which may hold thousands of resources.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How often a transaction that lost against another one is run again.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>From this many operations on a write sends its rows by COPY.</summary>
    public int CopyFrom { get; init; } = 20;

    /// <summary>Up to this many matches a total is exact without being asked for; above, only <c>_total=accurate</c> counts.</summary>
    public int CountLimit { get; init; } = 10_000;

    /// <summary>A search looks one by one at the resources that fulfil its rarest criterion, when they are at most this many; 0: never.</summary>
    public int NarrowRows { get; init; } = 2_000;

    /// <summary>Most codes of a value set, or of the part of a hierarchy, that a search takes in <c>:in</c>, <c>:not-in</c>, <c>:below</c> and <c>:above</c>.</summary>
    public int MaxCodeSetSize { get; init; } = 1_000_000;

    /// <summary>How long such a set is kept in the database after its last use; much longer than any statement takes.</summary>
    public TimeSpan CodeSetRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Bytes of lists of what has a code of such a set, which answer searches by nothing else without a look at each code; 0: none.</summary>
    public long ListedHitBytes { get; init; } = 64 << 20;

    /// <summary>How long after the first page of a search the links to its other pages are good; so long superseded versions are kept for them while somebody pages.</summary>
    public TimeSpan PageLinkLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most resources that _include and _revinclude add to a page.</summary>
    public int MaxIncludes { get; init; } = 1_000;

    /// <summary>How many times <c>:iterate</c> follows references from what the step before added.</summary>
    public int MaxIncludeDepth { get; init; } = 5;

    /// <summary>Bytes of current versions that are kept in memory for reads, while no other server writes; 0: none.</summary>
    public long HotBytes { get; init; }

    /// <summary>Whether a write makes a version even when it says what the current one says already.</summary>
    public bool VersionIdentical { get; init; }

    /// <summary>Whether a literal reference inside the server has to lead to a resource: on write, and when its target is deleted.</summary>
    public bool ReferentialIntegrity { get; init; }

    /// <summary>Whether a url and version belong to one current resource of a type.</summary>
    public bool UniqueVersions { get; init; }

    /// <summary>Whether the status of an artifact goes from draft to active to retired, and not back.</summary>
    public bool StatusRules { get; init; }

    /// <summary>The server's own base URL without trailing slash: absolute references below it are inside the server. Null: only relative ones are.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Resources per transaction while existing ones are indexed anew.</summary>
    public int ReindexBatch { get; init; } = 500;
}
