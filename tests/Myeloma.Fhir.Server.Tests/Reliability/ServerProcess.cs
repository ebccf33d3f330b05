using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>The server as a process of its own with a data folder, so that it can be killed by force.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log = new();

    private ServerProcess(Process process, Uri address)
    {
        this.process = process;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(3) };
        process.OutputDataReceived += Note;
        process.ErrorDataReceived += Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Client { get; }

    /// <summary>From the start of the process to the first answer that is no 503.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>What the process has written so far.</summary>
    public string Log
    {
        get { lock (log) return log.ToString(); }
    }

    /// <summary>Starts a server and waits until it works on requests.</summary>
    public static async Task<ServerProcess> StartAsync(string dataFolder, params (string Name, string Value)[] environment)
    {
        var server = Launch(dataFolder, environment);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Starts a server and does not wait for it.</summary>
    public static ServerProcess Launch(string dataFolder, params (string Name, string Value)[] environment)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Myeloma.Fhir.Server.dll"), "--urls", address, "--data", dataFolder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ConnectionStrings__Fhir");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException("The server did not start."), new Uri(address));
    }

    /// <summary>Waits until requests are worked on.</summary>
    public async Task ReadyAsync()
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromMinutes(2))
        {
            if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}:\n{Log}");
            try
            {
                using var response = await Client.GetAsync(new Uri("/fhir/Basic?_summary=count", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    StartTime = DateTime.Now - process.StartTime;
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet; the loop asks again until its time is over.
            }

            await Task.Delay(25);
        }

        throw new TimeoutException($"The server did not come up within two minutes:\n{Log}");
    }

    /// <summary>kill -9 of the server alone; its PostgreSQL lives on.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks the server to stop, so that its PostgreSQL stops, too.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited)
        {
            using (var terminate = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await terminate.WaitForExitAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (log) log.AppendLine(line.Data);
    }
}
