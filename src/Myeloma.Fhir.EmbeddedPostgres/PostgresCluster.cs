using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL of our own: made when its data folder is empty, started with the server and stopped with the last one that uses it.
/// </summary>
/// <remarks>
/// Every process that uses the cluster holds a lock file; starting and stopping happen under one more lock. What a process killed by
/// force leaves behind is therefore told apart reliably: a PostgreSQL that still runs is taken over, one that is gone is started again
/// and recovers what was committed.
/// </remarks>
public sealed partial class PostgresCluster : IAsyncDisposable
{
    private readonly PostgresClusterOptions options;
    private readonly ClusterFolder folder;
    private readonly ClusterPrograms programs;
    private readonly ClusterPostmaster server;
    private FileLock? use;

    private PostgresCluster(PostgresClusterOptions options, ClusterFolder folder, ClusterPrograms programs, PostgresBinaries binaries)
    {
        this.options = options;
        this.folder = folder;
        this.programs = programs;
        server = new ClusterPostmaster(options, folder, programs, binaries.Version);
        Binaries = binaries;
    }

    /// <summary>In Npgsql's form: a unix socket's folder as <c>Host</c> (on Windows 127.0.0.1), port, user, password and database.</summary>
    public string ConnectionString { get; private set; } = string.Empty;

    /// <summary>Absolute path of the folder that holds everything of the cluster.</summary>
    public string DataFolder => folder.Root;

    /// <summary>The programs in use; those of the process that started the cluster when it was already running.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>True when PostgreSQL was already running, for another server or since one that was killed.</summary>
    public bool WasRunning { get; private set; }

    /// <summary>Finds or fetches PostgreSQL, makes the cluster if it is new, starts it if it does not run, and waits until it answers.</summary>
    /// <exception cref="EmbeddedPostgresException">PostgreSQL can't be found, made, reached or started; the message says why and what to do.</exception>
    /// <exception cref="ArgumentException">The database's name is not made of letters, digits and <c>_</c>.</exception>
    public static async Task<PostgresCluster> StartAsync(PostgresClusterOptions options, CancellationToken cancellationToken = default)
    {
        if (!DatabaseName().IsMatch(options.Database))
            throw new ArgumentException($"'{options.Database}' is no name for a database: small letters, digits and _ only, a letter first.", nameof(options));

        try
        {
            return await StartLockedAsync(options, new ClusterFolder(options.DataFolder), cancellationToken);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {Path.GetFullPath(options.DataFolder)} can't be used: {exception.Message} "
                + "Name another with --data, or give this one to the user who runs the server.", exception);
        }
        catch (IOException exception)
        {
            throw new EmbeddedPostgresException($"The data folder {Path.GetFullPath(options.DataFolder)} can't be used: {exception.Message}", exception);
        }
    }

    /// <summary>Leaves the cluster; the last one to leave stops PostgreSQL in an orderly way. Calling it again does nothing.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref use, null) is not { } mine)
            return;

        using var setup = await FileLock.TakeAsync(folder.SetupLock, options.StopTimeout + options.StartTimeout, cancellationToken);
        ClusterUse.End(mine);
        if (ClusterUse.IsUsed(folder.InUse))
            return;

        await (options.Temporary ? server.DiscardAsync(cancellationToken) : server.StopAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<PostgresCluster> StartLockedAsync(
        PostgresClusterOptions options, ClusterFolder folder, CancellationToken cancellationToken)
    {
        var user = UnprivilegedUser.Choose(options.OwnerUser, options.Binaries);
        MakeRoot(folder.Root, user);

        using var setup = await FileLock.TakeAsync(folder.SetupLock, options.StartTimeout, cancellationToken);
        var binaries = await PostgresBinaries.FindOrFetchAsync(options.Binaries, WrittenBy(folder), cancellationToken);
        var cluster = new PostgresCluster(options, folder, new ClusterPrograms(folder, binaries, user), binaries);
        await cluster.ProvideAsync(cancellationToken);
        cluster.use = ClusterUse.Begin(folder.InUse);
        return cluster;
    }

    private async Task ProvideAsync(CancellationToken cancellationToken)
    {
        if (options.Temporary && Directory.Exists(folder.Cluster) && !ClusterUse.IsUsed(folder.InUse))
            await server.DiscardAsync(cancellationToken);

        if (await server.FindRunningAsync(cancellationToken) is not { } postmaster)
        {
            await PrepareAsync(cancellationToken);
            postmaster = await server.StartAsync(cancellationToken);
        }
        else
        {
            WasRunning = true;
            await CheckDatabaseAsync(cancellationToken);
        }

        ConnectionString = await DescribeAsync(postmaster, cancellationToken);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await programs.OwnFolderAsync(folder.Cluster, cancellationToken);
        await programs.CheckReachableAsync(cancellationToken);
        if (!folder.IsInitialized)
        {
            var password = RandomNumberGenerator.GetHexString(48, lowercase: true);
            await programs.InitializeAsync(options.Database, password, sync: !options.Temporary, cancellationToken);
        }

        await CheckDatabaseAsync(cancellationToken);
        await programs.WriteSettingsAsync(Settings(), cancellationToken);
    }

    private async Task CheckDatabaseAsync(CancellationToken cancellationToken)
    {
        var made = await File.ReadAllTextAsync(folder.DatabaseFile, cancellationToken);
        if (made != options.Database)
            throw new EmbeddedPostgresException($"The data folder {folder.Root} was made for the database '{made}', not for '{options.Database}'.");
    }

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(PostgresClusterOptions.DefaultSettings);
        if (options.Temporary)
            settings["fsync"] = settings["full_page_writes"] = settings["synchronous_commit"] = "off";
        foreach (var (name, value) in options.Settings)
            settings[name] = value;

        settings["listen_addresses"] = OperatingSystem.IsWindows() ? "127.0.0.1" : string.Empty;
        settings["port"] = OperatingSystem.IsWindows() ? FreePort.Find() : "5432";
        if (!OperatingSystem.IsWindows())
            settings["unix_socket_directories"] = folder.SocketFolder;
        return settings;
    }

    private async Task<string> DescribeAsync(Postmaster postmaster, CancellationToken cancellationToken)
    {
        var password = (await File.ReadAllTextAsync(folder.PasswordFile, cancellationToken)).Trim();
        var host = postmaster.SocketFolder.Length > 0 ? postmaster.SocketFolder : "127.0.0.1";
        var quoted = host.AsSpan().IndexOfAny(";'\" =") >= 0 ? $"\"{host.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : host;
        return FormattableString.Invariant(
            $"Host={quoted};Port={postmaster.Port};Username={ClusterFolder.User};Password={password};Database={options.Database}");
    }

    private static int? WrittenBy(ClusterFolder folder) =>
        folder.IsInitialized && int.TryParse(File.ReadAllText(folder.VersionFile).Trim(), out var major) ? major : null;

    /// <summary>
    /// The folder itself stays root's; the user who PostgreSQL runs as only has to get through it, and through those above that are made
    /// here (whatever root's umask is), to its own below. Folders that were there before are left as they are.
    /// </summary>
    private static void MakeRoot(string path, UnprivilegedUser? user)
    {
        List<string> passages = [path];
        for (var above = Path.GetDirectoryName(path); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
            passages.Add(above);

        Directory.CreateDirectory(path);
        if (user is null || OperatingSystem.IsWindows())
            return;
        foreach (var passage in passages)
            File.SetUnixFileMode(passage, File.GetUnixFileMode(passage) | UnixFileMode.OtherExecute);
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex DatabaseName();
}
