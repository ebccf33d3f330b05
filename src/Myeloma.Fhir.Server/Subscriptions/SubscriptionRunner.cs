using System.Diagnostics.Metrics;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>Serves subscriptions while this server holds the lease, which one of all servers on a database does: follows their changes, looks for matches, delivers.</summary>
/// <remarks>src/decisions/subscriptions.md has the reasons.</remarks>
internal sealed partial class SubscriptionRunner : IAsyncDisposable
{
    /// <summary>Another server takes over when this one was silent for so long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    /// <summary>Writes that come close together are looked at together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private readonly SubscriptionTable table;
    private readonly SubscriptionFollowing following;
    private readonly SubscriptionMatching matching;
    private readonly RestHook hook;
    private readonly RestHookDelivery delivery;
    private readonly SubscriptionMeter meter;
    private readonly SubscriptionOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string name = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim news = new(0, 1);
    private readonly Task work;
    private CancellationTokenSource? holding;
    private long heldAt;
    private volatile bool isHolding;

    public SubscriptionRunner(FhirServices services, ServerOptions options, Meter measuring, TimeProvider time, ILogger logger)
    {
        meter = new SubscriptionMeter(measuring);
        this.options = options.Subscriptions;
        this.time = time;
        this.logger = logger;
        table = services.Subscriptions;
        following = new SubscriptionFollowing(services.Store, table, services.Writing, services.SubscriptionRules, options.Subscriptions, time);
        matching = new SubscriptionMatching(services.Store, table, following, services.SubscriptionRules, options.Subscriptions);
        hook = new RestHook(options.Subscriptions);
        delivery = new RestHookDelivery(table, matching, following, hook, options.Subscriptions, meter, LogBug);
        services.Writing.Written = Wake;
        work = Task.Run(WorkAsync);
    }

    /// <summary>Lets go of what is worked on: another server, or the next start, takes it up.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        hook.Dispose();
        closing.Dispose();
        news.Dispose();
    }

    private void Wake(IReadOnlyList<WriteResult> results)
    {
        if ((!isHolding && !results.Any(result => result.Version.Key.Type == "Subscription")) || news.CurrentCount > 0) return;
        try
        {
            news.Release();
        }
        catch (Exception fault) when (fault is SemaphoreFullException or ObjectDisposedException)
        {
            // Another write has woken it already, or the server stops.
        }
    }

    private async Task WorkAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                if (await news.WaitAsync(options.Interval, closing.Token)) await Task.Delay(Gathering, closing.Token);
                if (await HoldAsync()) await RoundAsync(holding!.Token);
            }
            catch (OperationCanceledException)
            {
                // The server stops, or the lease is gone.
            }
            catch (FhirException)
            {
                // The database is away for a moment.
                await Task.Delay(options.Interval, CancellationToken.None);
            }
            catch (Exception fault)
            {
                LogBug(fault);
                await Task.Delay(options.Interval, CancellationToken.None);
            }
        }

        await LetGoAsync(isStopping: true);
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        matching.Forget(await following.FollowAsync(cancellationToken));
        bool any;
        do
        {
            any = await matching.MatchAsync(cancellationToken);
            await delivery.BeginAsync(cancellationToken);
        }
        while (any && await HoldAsync());
    }

    /// <summary>Takes the lease, or keeps it when a part of its time is over.</summary>
    private async Task<bool> HoldAsync()
    {
        if (isHolding && time.GetElapsedTime(heldAt) < Renewal) return true;
        var now = time.GetTimestamp();
        bool isMine;
        try
        {
            isMine = await table.HoldAsync(name, Lease, closing.Token);
        }
        catch (FhirException) when (isHolding && time.GetElapsedTime(heldAt) < Lease - Renewal)
        {
            return true;
        }
        catch
        {
            await LetGoAsync(isStopping: false);
            throw;
        }

        if (!isMine)
        {
            await LetGoAsync(isStopping: false);
            return false;
        }

        heldAt = now;
        holding ??= CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        isHolding = true;
        meter.Totals = await table.TotalsAsync(closing.Token);
        return true;
    }

    private async Task LetGoAsync(bool isStopping)
    {
        if (holding is null) return;
        isHolding = false;
        meter.Totals = null;
        await holding.CancelAsync();
        await delivery.EndAsync();
        holding.Dispose();
        holding = null;
        if (!isStopping) return;
        try
        {
            await table.ReleaseAsync(name, CancellationToken.None);
        }
        catch (FhirException)
        {
            // The lease ends by itself.
        }
    }

    [LoggerMessage(40, LogLevel.Error, "Something went wrong while subscriptions were served.")]
    private partial void LogBug(Exception exception);
}
