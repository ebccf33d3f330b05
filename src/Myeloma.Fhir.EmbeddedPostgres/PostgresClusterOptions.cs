namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>What a private cluster is to be. Every value has a default that suits a server.</summary>
public sealed record PostgresClusterOptions
{
    /// <summary>
    /// The folder that holds everything of the cluster; made when absent. Two servers that name the same folder share one PostgreSQL.
    /// As root the default is <c>/var/lib/myeloma-fhir/postgres</c>, otherwise it lies under the user's local data folder.
    /// </summary>
    public string DataFolder { get; init; } = Path.Combine(PostgresBinarySearch.LocalFolder, "postgres");

    /// <summary>The database that the connection string names; made together with the cluster. Letters, digits and <c>_</c>.</summary>
    public string Database { get; init; } = "fhir";

    /// <summary>
    /// PostgreSQL settings by name, on top of <see cref="DefaultSettings"/>; written at each start, so that a change takes effect with the
    /// next one. A running cluster that is joined keeps those it was started with.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The user to run PostgreSQL as when this process is root; null takes <c>postgres</c>, else <c>nobody</c>.</summary>
    public string? OwnerUser { get; init; }

    /// <summary>
    /// True for tests: nothing has to outlive the last user. Whoever comes first starts with an empty cluster, whatever a crashed run left
    /// there; whoever leaves last removes it; nothing is flushed to disk (<c>fsync=off</c>).
    /// </summary>
    public bool Temporary { get; init; }

    /// <summary>How long a start may take, recovery after a crash included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a stop may take before it is reported as failed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where the programs are looked for.</summary>
    public PostgresBinarySearch Binaries { get; init; } = new();

    /// <summary>
    /// What a server on one machine wants: durable commits, memory for a data set of some gigabytes, planner figures of a solid-state
    /// disk, and no JIT, which costs more than it brings on short statements.
    /// </summary>
    public static IReadOnlyDictionary<string, string> DefaultSettings { get; } = new Dictionary<string, string>
    {
        ["shared_buffers"] = "128MB",
        ["max_connections"] = "100",
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["full_page_writes"] = "on",
        ["max_wal_size"] = "2GB",
        ["checkpoint_completion_target"] = "0.9",
        ["effective_cache_size"] = "1GB",
        ["work_mem"] = "16MB",
        ["maintenance_work_mem"] = "128MB",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["log_line_prefix"] = "%m [%p] ",
        ["log_min_messages"] = "warning",
    };
}
