using System.Diagnostics;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>Another process that owns a cluster (Program.cs); it can be killed by force or asked to leave.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process process;

    private OtherProcess(Process process) => this.process = process;

    public required string ConnectionString { get; init; }

    public required bool WasRunning { get; init; }

    public static async Task<OtherProcess> StartAsync(string dataFolder)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(OtherProcess).Assembly.Location, dataFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var connectionString = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The other process did not start its cluster.");
        return new OtherProcess(process)
        {
            ConnectionString = connectionString,
            WasRunning = bool.Parse((await process.StandardOutput.ReadLineAsync())!),
        };
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task LeaveAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
