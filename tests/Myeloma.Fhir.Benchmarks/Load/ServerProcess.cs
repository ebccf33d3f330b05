using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Myeloma.Fhir.Benchmarks.Load;

/// <summary>The server as a user runs it: its own process, its own PostgreSQL, a data folder that is thrown away.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, Uri baseAddress, TimeSpan coldStart)
    {
        this.process = process;
        BaseAddress = baseAddress;
        ColdStart = coldStart;
    }

    public Uri BaseAddress { get; }

    /// <summary>From the start of the process to the first answer of a search.</summary>
    public TimeSpan ColdStart { get; }

    /// <param name="settings">Environment variables, like <c>Fhir__Validation__Mode</c>.</param>
    public static async Task<ServerProcess> StartAsync(string assembly, string dataFolder, int port, params (string Name, string Value)[] settings)
    {
        var baseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        await RefuseTakenAsync(baseAddress);
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { assembly, "--urls", baseAddress.ToString(), "--data", dataFolder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var watch = Stopwatch.StartNew();
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.ErrorDataReceived += static (_, line) => { if (line.Data is not null) Console.Error.WriteLine(line.Data); };
        process.BeginErrorReadLine();

        using var client = new HttpClient { BaseAddress = baseAddress };
        while (watch.Elapsed < TimeSpan.FromMinutes(2))
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/fhir/Medication?_summary=count", UriKind.Relative));
                if (response.IsSuccessStatusCode) return new ServerProcess(process, baseAddress, watch.Elapsed);
            }
            catch (HttpRequestException)
            {
                // Not listening yet; the loop asks again until its time is over.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("The server did not answer within two minutes.");
    }

    /// <summary>Another server that listens there would be measured in this one's place.</summary>
    private static async Task RefuseTakenAsync(Uri baseAddress)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(baseAddress.Host, baseAddress.Port);
        }
        catch (SocketException)
        {
            return;
        }

        throw new InvalidOperationException($"Something listens at {baseAddress} already; name another port by --port.");
    }

    /// <summary>Resident memory of the server process in megabytes, PostgreSQL not counted.</summary>
    public double ResidentMegabytes()
    {
        process.Refresh();
        return process.WorkingSet64 / 1048576d;
    }

    /// <summary>Time of the processors that the server process has used, PostgreSQL not counted.</summary>
    public TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }
}
