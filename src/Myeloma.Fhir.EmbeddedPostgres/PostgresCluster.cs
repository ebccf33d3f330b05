using System.Diagnostics;
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
    private FileLock? use;

    private PostgresCluster(PostgresClusterOptions options, ClusterFolder folder, ClusterPrograms programs, PostgresBinaries binaries)
    {
        this.options = options;
        this.folder = folder;
        this.programs = programs;
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

        await (options.Temporary ? DiscardAsync(cancellationToken) : StopPostmasterAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<PostgresCluster> StartLockedAsync(
        PostgresClusterOptions options, ClusterFolder folder, CancellationToken cancellationToken)
    {
        var user = UnprivilegedUser.Choose(options.OwnerUser, options.Binaries);
        Directory.CreateDirectory(folder.Root);
        LetThrough(folder.Root, user);

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
            await DiscardAsync(cancellationToken);

        if (await FindRunningAsync(cancellationToken) is not { } postmaster)
        {
            await PrepareAsync(cancellationToken);
            postmaster = await StartPostmasterAsync(cancellationToken);
        }
        else
        {
            WasRunning = true;
        }

        ConnectionString = await DescribeAsync(postmaster, cancellationToken);
    }

    /// <summary>A postmaster of this data folder that answers; one that is just starting or stopping is waited for.</summary>
    private async Task<Postmaster?> FindRunningAsync(CancellationToken cancellationToken)
    {
        var end = DateTimeOffset.UtcNow + options.StartTimeout;
        while (Postmaster.TryRead(folder.PostmasterFile) is { } postmaster)
        {
            if (!postmaster.IsRunningIn(folder.Data))
            {
                await RemoveIfMisleadingAsync(postmaster, cancellationToken);
                return null;
            }

            if (postmaster.IsReady && await postmaster.AnswersAsync(cancellationToken))
                return postmaster;
            if (DateTimeOffset.UtcNow > end)
                throw new EmbeddedPostgresException(
                    $"A PostgreSQL (process {postmaster.ProcessId}, status '{postmaster.Status}') runs in {folder.Data} and does not answer. {folder.LogTail()}");
            await Task.Delay(20, cancellationToken);
        }

        return null;
    }

    /// <summary>
    /// A stale file whose process is gone is left to PostgreSQL, which also sees by it whether backends of a killed postmaster still hold
    /// the shared memory. Where the id is another program's today (or that of a process nobody has buried), PostgreSQL would not start for
    /// fear of that one; the file goes, but only once no backend is left, because two sets of them would ruin the data.
    /// </summary>
    private async Task RemoveIfMisleadingAsync(Postmaster stale, CancellationToken cancellationToken)
    {
        if (!PostgresProcesses.IsAlive(stale.ProcessId))
            return;

        var end = DateTimeOffset.UtcNow + options.StopTimeout;
        while (await programs.BackendsAsync(cancellationToken) is { Count: > 0 } left)
        {
            if (DateTimeOffset.UtcNow > end)
                throw new EmbeddedPostgresException($"Processes of an earlier PostgreSQL still work in {folder.Data} and do not end: {string.Join(", ", left)}.");
            foreach (var backend in left)
                Signal.Send(backend, Signal.Quit);
            await Task.Delay(100, cancellationToken);
        }

        File.Delete(folder.PostmasterFile);
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

        var made = await File.ReadAllTextAsync(folder.DatabaseFile, cancellationToken);
        if (made != options.Database)
            throw new EmbeddedPostgresException($"The data folder {folder.Root} was made for the database '{made}', not for '{options.Database}'.");
        if (!OperatingSystem.IsWindows())
            await MakeSocketFolderAsync(cancellationToken);
        await programs.WriteSettingsAsync(Settings(), cancellationToken);
        KeepLogShort();
    }

    /// <summary>No PostgreSQL of ours runs, so what lies in the socket's folder is stale, whoever bears the id in its lock file today.</summary>
    private async Task MakeSocketFolderAsync(CancellationToken cancellationToken)
    {
        await programs.OwnFolderAsync(folder.SocketFolder, cancellationToken);
        foreach (var stale in Directory.EnumerateFiles(folder.SocketFolder, ".s.PGSQL.*"))
            File.Delete(stale);
    }

    private async Task<Postmaster> StartPostmasterAsync(CancellationToken cancellationToken)
    {
        var end = DateTimeOffset.UtcNow + options.StartTimeout;
        while (true)
        {
            var logStart = File.Exists(folder.Log) ? new FileInfo(folder.Log).Length : 0;
            var start = programs.StartAsync(options.StartTimeout, cancellationToken);
            while (!start.IsCompleted)
            {
                // The status line is there some tens of milliseconds before pg_ctl looks at it the next time.
                if (Postmaster.TryRead(folder.PostmasterFile) is { IsReady: true } early && await early.AnswersAsync(cancellationToken))
                    return early;
                await Task.WhenAny(start, Task.Delay(20, cancellationToken));
            }

            var answer = await start;
            if (answer.ExitCode == 0 && Postmaster.TryRead(folder.PostmasterFile) is { } postmaster)
                return postmaster;

            var tail = folder.LogTail(logStart);
            // Backends of a postmaster that was killed end by themselves once their statement does; until then the memory is theirs.
            var mayPass = tail.Contains("pre-existing shared memory block", StringComparison.Ordinal);
            if (!mayPass || DateTimeOffset.UtcNow > end)
                throw new EmbeddedPostgresException($"PostgreSQL {Binaries.Version} does not start in {folder.Data}. {answer.Words} {tail}");
            await Task.Delay(200, cancellationToken);
        }
    }

    private async Task StopPostmasterAsync(CancellationToken cancellationToken)
    {
        if (Postmaster.TryRead(folder.PostmasterFile) is not { } postmaster || !postmaster.IsRunningIn(folder.Data))
            return;

        var answer = await programs.StopAsync(options.StopTimeout, cancellationToken);
        if (answer.ExitCode != 0 && postmaster.IsRunningIn(folder.Data))
            throw new EmbeddedPostgresException($"PostgreSQL (process {postmaster.ProcessId}) in {folder.Data} does not stop: {answer.Words}");
        RemoveDistantSocket();
    }

    private void RemoveDistantSocket()
    {
        if (!OperatingSystem.IsWindows() && folder.HasDistantSocket && Directory.Exists(folder.SocketFolder))
            Directory.Delete(folder.SocketFolder, recursive: true);
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

    private void KeepLogShort()
    {
        const long Longest = 10 * 1024 * 1024;
        if (File.Exists(folder.Log) && new FileInfo(folder.Log).Length > Longest)
            File.Move(folder.Log, folder.Log + ".1", overwrite: true);
    }

    /// <summary>
    /// Ends a temporary cluster and removes it, in some milliseconds: a test runner kills its processes a tenth of a second after the last
    /// test. The files are put out of the way by a rename, and a process that outlives this one deletes them.
    /// </summary>
    private async Task DiscardAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await StopPostmasterAsync(cancellationToken);
            Directory.Delete(folder.Cluster, recursive: true);
            return;
        }

        if (Postmaster.TryRead(folder.PostmasterFile) is { } postmaster && postmaster.IsRunningIn(folder.Data))
            Signal.Send(postmaster.ProcessId, Signal.Quit);
        Directory.Move(folder.Cluster, Path.Combine(folder.Root, $"discarded-{Guid.NewGuid():N}"));
        RemoveDistantSocket();
        using var deletion = Process.Start("rm", ["-rf", "--", .. Directory.EnumerateDirectories(folder.Root, "discarded-*")]);
    }

    private static int? WrittenBy(ClusterFolder folder) =>
        folder.IsInitialized && int.TryParse(File.ReadAllText(folder.VersionFile).Trim(), out var major) ? major : null;

    /// <summary>The folder itself stays root's; the user who PostgreSQL runs as only has to get through it to its own below.</summary>
    private static void LetThrough(string path, UnprivilegedUser? user)
    {
        if (user is not null && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherExecute);
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex DatabaseName();
}
