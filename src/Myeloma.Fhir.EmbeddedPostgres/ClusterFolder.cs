using System.Security.Cryptography;
using System.Text;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// The files of a cluster, by name:
/// <c>setup.lock</c> is held while one process starts or stops it; <c>in-use/</c> has one locked file a process that uses it;
/// <c>cluster/</c> belongs to the user that PostgreSQL runs as and holds <c>data/</c>, <c>password</c>, <c>database</c>,
/// <c>postgres.log</c> and the socket.
/// </summary>
internal sealed class ClusterFolder(string root)
{
    public const string User = "fhir";

    /// <summary>The kernel allows 107 bytes for a socket's path on Linux and 103 on macOS; its name takes <c>/.s.PGSQL.5432</c>.</summary>
    private const int LongestSocketFolder = 100 - 14;

    public string Root { get; } = Path.GetFullPath(root);

    public string SetupLock => Path.Combine(Root, "setup.lock");

    public string InUse => Path.Combine(Root, "in-use");

    public string Cluster => Path.Combine(Root, "cluster");

    public string Data => Path.Combine(Cluster, "data");

    /// <summary>What initdb writes into; it becomes <see cref="Data"/> in one step when it is whole.</summary>
    public string Initializing => Path.Combine(Cluster, "data.initializing");

    public string Log => Path.Combine(Cluster, "postgres.log");

    public string Settings => Path.Combine(Data, "myeloma-fhir.conf");

    public string PasswordFile => Path.Combine(Cluster, "password");

    public string DatabaseFile => Path.Combine(Cluster, "database");

    public string PostmasterFile => Path.Combine(Data, "postmaster.pid");

    public string VersionFile => Path.Combine(Data, "PG_VERSION");

    public bool IsInitialized => File.Exists(VersionFile);

    /// <summary>In the cluster's own folder, or in the temporary folder where the path would be too long for a socket.</summary>
    public string SocketFolder => HasDistantSocket
        ? $"/tmp/myeloma-fhir-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)).AsSpan(0, 8))}"
        : Path.Combine(Cluster, "socket");

    public bool HasDistantSocket => Encoding.UTF8.GetByteCount(Path.Combine(Cluster, "socket")) > LongestSocketFolder;

    /// <returns>The last lines of PostgreSQL's log since <paramref name="offset"/>, or a remark that there is none.</returns>
    public string LogTail(long offset = 0)
    {
        const int Longest = 4000;
        try
        {
            using var log = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            log.Seek(Math.Max(Math.Min(offset, log.Length), log.Length - Longest), SeekOrigin.Begin);
            var text = new StreamReader(log, Encoding.UTF8).ReadToEnd().Trim();
            return text.Length > 0 ? $"PostgreSQL's log ends:{Environment.NewLine}{text}" : $"PostgreSQL's log ({Log}) says nothing.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"PostgreSQL wrote no log ({Log}).";
        }
    }
}
