using System.Globalization;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>Runs PostgreSQL's programs on one cluster folder, as the user that owns it.</summary>
internal sealed class ClusterPrograms(ClusterFolder folder, PostgresBinaries binaries, UnprivilegedUser? user)
{
    /// <summary>Variables that would redirect the programs are taken away; messages come in English.</summary>
    private static readonly Dictionary<string, string?> CleanEnvironment = new(
        ((string[])["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGPASSFILE", "PGOPTIONS", "PGSERVICE", "PGCTLTIMEOUT", "LANG", "LANGUAGE"])
            .Select(name => KeyValuePair.Create(name, (string?)null)))
    {
        ["LC_ALL"] = "C",
    };

    /// <summary>initdb into a folder beside, then the database; the rename at the end makes it all or nothing.</summary>
    public async Task InitializeAsync(string database, string password, bool sync, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder.Initializing))
            Directory.Delete(folder.Initializing, recursive: true);
        await WriteAsync(folder.PasswordFile, password, cancellationToken);

        List<string> initdb =
        [
            binaries.Initdb, "-D", folder.Initializing, "-U", ClusterFolder.User, "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", $"--pwfile={folder.PasswordFile}",
        ];
        if (!sync)
            initdb.Add("--no-sync");
        await SucceedAsync("A new cluster can't be made", initdb, null, cancellationToken);

        // Single-user mode needs no running server and no client; the identifier was checked to need no quotes.
        if (database != "postgres")
        {
            await SucceedAsync(
                $"The database '{database}' can't be made",
                [binaries.Postgres, "--single", "-D", folder.Initializing, "-c", sync ? "fsync=on" : "fsync=off", "postgres"],
                $"CREATE DATABASE {database};\n",
                cancellationToken);
        }

        await WriteAsync(folder.DatabaseFile, database, cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(folder.Initializing, "postgresql.conf"), $"\ninclude '{Path.GetFileName(folder.Settings)}'\n", cancellationToken);
        Directory.Move(folder.Initializing, folder.Data);
    }

    /// <summary>Writes the settings that the data folder's <c>postgresql.conf</c> includes.</summary>
    public async Task WriteSettingsAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var lines = settings.OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'");
        await WriteAsync(folder.Settings, "# Written at each start; own settings belong into postgresql.conf, after the include.\n" + string.Join('\n', lines) + "\n", cancellationToken);
    }

    /// <summary>
    /// pg_ctl gives PostgreSQL a session of its own, so that a Ctrl+C meant for the server does not reach it, and ends when it accepts
    /// connections or has failed.
    /// </summary>
    public Task<ChildProcessResult> StartAsync(TimeSpan timeout, CancellationToken cancellationToken) => RunAsync(
        [binaries.PgCtl, "start", "--silent", "--wait", "-t", Seconds(timeout), "-D", ForShell(folder.Data), "-l", ForShell(folder.Log)],
        null,
        captureOutput: !OperatingSystem.IsWindows(),
        cancellationToken);

    /// <summary>A fast shutdown: sessions are ended, open transactions rolled back, a checkpoint is written.</summary>
    public Task<ChildProcessResult> StopAsync(TimeSpan timeout, CancellationToken cancellationToken) => RunAsync(
        [binaries.PgCtl, "stop", "--silent", "--wait", "-m", "fast", "-t", Seconds(timeout), "-D", folder.Data],
        null,
        captureOutput: true,
        cancellationToken);

    /// <summary>
    /// Processes that work in the data folder, found on Linux by their working folder. Asked for as their own user, because a container may
    /// forbid even root to look at another's.
    /// </summary>
    public async Task<IReadOnlyList<int>> BackendsAsync(CancellationToken cancellationToken)
    {
        const string Script = """
            here=$(cd "$1" && pwd -P)
            for p in /proc/[0-9]*; do [ "$(readlink "$p/cwd" 2>/dev/null)" = "$here" ] && echo "${p#/proc/}"; done
            exit 0
            """;
        if (!OperatingSystem.IsLinux())
            return [];

        var answer = await RunAsync(["/bin/sh", "-c", Script, "sh", folder.Data], null, captureOutput: true, cancellationToken);
        return [.. answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    /// <summary>Makes a folder that only PostgreSQL's user may enter; one that is there is given to it.</summary>
    public async Task OwnFolderAsync(string path, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, Private);
        // In a folder that everybody may write to, a link could lead the change of owner elsewhere.
        if (new DirectoryInfo(path).LinkTarget is not null)
            throw new EmbeddedPostgresException($"{path} is a link; a folder of the cluster must not be one.");
        if (user is not null)
            await user.OwnAsync(path, cancellationToken);
        File.SetUnixFileMode(path, Private);
    }

    /// <summary>Fails with the reason when PostgreSQL's user can't use its folder or its programs.</summary>
    public async Task CheckReachableAsync(CancellationToken cancellationToken)
    {
        if (user is null)
            return;

        var reach = await RunAsync(["/bin/sh", "-c", "cd \"$1\" && test -w .", "sh", folder.Cluster], null, true, cancellationToken, "/");
        if (reach.ExitCode != 0)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL refuses to run as root and therefore runs as the user '{user.Name}', who can't enter {folder.Cluster} "
                + $"(a folder above it is closed to others). Name a folder with --data that every user can reach, such as {PostgresBinarySearch.LocalFolder}, "
                + $"or open the way: chmod o+x on the folders above. {reach.Words}".TrimEnd());
        }

        var run = await RunAsync([binaries.Postgres, "--version"], null, true, cancellationToken, "/");
        if (run.ExitCode != 0)
            throw new EmbeddedPostgresException($"The user '{user.Name}', whom PostgreSQL runs as, can't run {binaries.Postgres}: {run.Words}");
    }

    private async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(path, options))
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        if (user is not null)
            await user.OwnAsync(path, cancellationToken);
    }

    private async Task SucceedAsync(string failure, List<string> command, string? input, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(command, input, captureOutput: true, cancellationToken);
        if (answer.ExitCode != 0)
            throw new EmbeddedPostgresException($"{failure}: {Path.GetFileName(command[0])} ended with {answer.ExitCode}. {answer.Words}");
    }

    private Task<ChildProcessResult> RunAsync(
        IReadOnlyList<string> command, string? input, bool captureOutput, CancellationToken cancellationToken, string? workingFolder = null) =>
        ChildProcess.RunAsync(
            user?.Wrap(command) ?? command, workingFolder ?? folder.Cluster, input, CleanEnvironment, captureOutput, cancellationToken);

    /// <summary>
    /// pg_ctl puts paths between double quotes into a shell command; one that would not survive this is given relative to the working
    /// folder. The full one is better: it shows in the process list whose PostgreSQL it is.
    /// </summary>
    private string ForShell(string path) =>
        !OperatingSystem.IsWindows() && path.AsSpan().IndexOfAny("\"$`\\") >= 0 ? Path.GetRelativePath(folder.Cluster, path) : path;

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
