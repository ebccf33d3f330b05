using System.Collections.Concurrent;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>Delivers what is kept: each subscription by itself in the order of the changes, several at a time to one endpoint, so that a slow endpoint holds back nobody else.</summary>
/// <remarks>What was sent is kept as delivered afterwards, so that a notification comes twice rather than not at all.</remarks>
internal sealed class RestHookDelivery(
    SubscriptionTable table, SubscriptionMatching matching, SubscriptionFollowing following, RestHook hook, SubscriptionOptions options, SubscriptionMeter meter, Action<Exception> report)
{
    private readonly ConcurrentDictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> lanes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Begins with every subscription that has something to deliver and is not worked on.</summary>
    /// <param name="cancellationToken">Ends what is begun.</param>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, version) in await table.FindDueAsync([.. running.Keys], cancellationToken))
        {
            // Entered before it runs, so that it can't be gone before it is entered.
            var run = new Task<Task>(() => RunAsync(id, version, cancellationToken));
            if (!running.TryAdd(id, run.Unwrap())) continue;
            run.Start(TaskScheduler.Default);
        }
    }

    /// <summary>Waits for what was cancelled.</summary>
    public Task EndAsync() => Task.WhenAll(running.Values);

    private async Task RunAsync(string id, int version, CancellationToken cancellationToken)
    {
        try
        {
            while (await DeliverSomeAsync(id, version, cancellationToken))
            {
                // On to what is next.
            }
        }
        catch (OperationCanceledException)
        {
            // Another server, or the next start, goes on.
        }
        catch (FhirException)
        {
            // The database is away for a moment.
        }
        catch (Exception fault)
        {
            report(fault);
        }
        finally
        {
            running.TryRemove(id, out _);
        }
    }

    /// <returns>Whether there may be more to deliver now.</returns>
    private async Task<bool> DeliverSomeAsync(string id, int version, CancellationToken cancellationToken)
    {
        if (await matching.FindDefinitionAsync(id, version, cancellationToken) is not { } definition) return false;
        var head = await table.HeadAsync(id, version, options.MaxDeliveriesPerEndpoint, definition.Payload is null ? 0 : options.MaxPayloadBytes, cancellationToken);
        var window = WithoutRepeats(head);
        if (window.Count == 0) return false;

        var sent = await Task.WhenAll(window.Select(each => SendAsync(definition, each, cancellationToken)));
        var failure = sent.Select(each => each.Failure).FirstOrDefault(each => each is not null);
        var delivered = sent.Where(each => each is { WasSent: true, Failure: null }).Select(each => each.Number).ToList();

        // What was sent is kept even when the server stops now.
        var failures = await table.FinishAsync(id, delivered, failure?.Words, new RetryDelays(options.FirstRetry, options.LongestRetry), CancellationToken.None);
        meter.Count(delivered.Count, failure is not null);
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is null) return true;
        if (failure.IsFinal || failures > options.MaxRetries) await following.FailAsync(id, version, failure.Words, cancellationToken);
        return false;
    }

    /// <summary>As many as have different resources: two versions of one go one after the other.</summary>
    private static List<PendingNotification> WithoutRepeats(List<PendingNotification> head)
    {
        var seen = new HashSet<ResourceKey>();
        return [.. head.TakeWhile(each => each.Version is null || seen.Add(each.Version.Key))];
    }

    private async Task<(long Number, bool WasSent, HookFailure? Failure)> SendAsync(SubscriptionDefinition definition, PendingNotification notification, CancellationToken cancellationToken)
    {
        var lane = lanes.GetOrAdd(new Uri(definition.Endpoint!).GetLeftPart(UriPartial.Authority), _ => new SemaphoreSlim(options.MaxDeliveriesPerEndpoint));
        try
        {
            await lane.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return (notification.Number, false, null);
        }

        try
        {
            return (notification.Number, true, await hook.SendAsync(definition, notification, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return (notification.Number, false, null);
        }
        finally
        {
            lane.Release();
        }
    }
}
