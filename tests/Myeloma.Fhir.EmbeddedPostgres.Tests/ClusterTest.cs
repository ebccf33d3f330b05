using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>A data folder of one test; a PostgreSQL that a test left running there is ended with it.</summary>
public abstract class ClusterTest : IAsyncLifetime
{
    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), $"mf-{Guid.NewGuid().ToString("N")[..12]}");

    protected PostgresClusterOptions Options => new() { DataFolder = Folder };

    internal ClusterFolder Files => new(Folder);

    internal Postmaster? Running => Postmaster.TryRead(Files.PostmasterFile) is { } postmaster && postmaster.IsRunningIn(Files.Data) ? postmaster : null;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Running is { } left)
            await EndedAsync(left.ProcessId, Signal.Quit);
        for (var round = 0; Directory.Exists(Folder); round++)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException) when (round < 50)
            {
                // A discarded cluster is being deleted by a process of its own.
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Sends the signal and waits until no postmaster has that id any more.</summary>
    internal async Task EndedAsync(int processId, int signal)
    {
        Signal.Send(processId, signal);
        for (var round = 0; round < 500 && PostgresProcesses.IsPostmasterOf(processId, Files.Data); round++)
            await Task.Delay(20);
        Assert.False(PostgresProcesses.IsPostmasterOf(processId, Files.Data));
    }
}
