using System.Diagnostics;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>Finds, starts and ends the PostgreSQL of one cluster folder. To be called under the setup lock only.</summary>
internal sealed class ClusterPostmaster(PostgresClusterOptions options, ClusterFolder folder, ClusterPrograms programs, Version version)
{
    /// <summary>A postmaster of this data folder that answers; one that is just starting or stopping is waited for.</summary>
    public async Task<Postmaster?> FindRunningAsync(CancellationToken cancellationToken)
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

    /// <summary>Starts PostgreSQL in a folder where none runs, and returns once it answers; recovery after a crash is part of that.</summary>
    /// <exception cref="EmbeddedPostgresException">It does not start; with the end of its log.</exception>
    public async Task<Postmaster> StartAsync(CancellationToken cancellationToken)
    {
        await MakeSocketFolderAsync(cancellationToken);
        KeepLogShort();
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
                throw new EmbeddedPostgresException($"PostgreSQL {version} does not start in {folder.Data}. {answer.Words} {tail}");
            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Stops PostgreSQL in an orderly way; nothing when none runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
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

    /// <summary>
    /// Ends a temporary cluster and removes it, in some milliseconds: a test runner kills its processes a tenth of a second after the last
    /// test. The files are put out of the way by a rename, and a process that outlives this one deletes them.
    /// </summary>
    public async Task DiscardAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await StopAsync(cancellationToken);
            Directory.Delete(folder.Cluster, recursive: true);
            return;
        }

        if (Postmaster.TryRead(folder.PostmasterFile) is { } postmaster && postmaster.IsRunningIn(folder.Data))
            Signal.Send(postmaster.ProcessId, Signal.Quit);
        Directory.Move(folder.Cluster, Path.Combine(folder.Root, $"discarded-{Guid.NewGuid():N}"));
        RemoveDistantSocket();
        using var deletion = Process.Start("rm", ["-rf", "--", .. Directory.EnumerateDirectories(folder.Root, "discarded-*")]);
    }

    /// <summary>No PostgreSQL of ours runs, so what lies in the socket's folder is stale, whoever bears the id in its lock file today.</summary>
    private async Task MakeSocketFolderAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return;

        await programs.OwnFolderAsync(folder.SocketFolder, cancellationToken);
        foreach (var stale in Directory.EnumerateFiles(folder.SocketFolder, ".s.PGSQL.*"))
            File.Delete(stale);
    }

    private void KeepLogShort()
    {
        const long Longest = 10 * 1024 * 1024;
        if (File.Exists(folder.Log) && new FileInfo(folder.Log).Length > Longest)
            File.Move(folder.Log, folder.Log + ".1", overwrite: true);
    }
}
