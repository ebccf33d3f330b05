using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>Takes away, once a minute, what was kept of superseded versions for page links that are no longer good. Several servers share the work.</summary>
internal sealed partial class PastSweeping : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ResourceStore store;
    private readonly ILogger logger;
    private readonly CancellationTokenSource closing = new();
    private readonly Task work;

    public PastSweeping(ResourceStore store, ILogger logger)
    {
        this.store = store;
        this.logger = logger;
        work = Task.Run(WorkAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        closing.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(closing.Token)) await SweepAsync();
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The server stops; what is left is swept by others, or after the next start.
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            await store.SweepPastAsync(closing.Token);
        }
        catch (FhirException fault)
        {
            LogAway(fault);
        }
    }

    [LoggerMessage(24, LogLevel.Warning, "What was kept for page links could not be swept; it is tried again.")]
    private partial void LogAway(Exception exception);
}
