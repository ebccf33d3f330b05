using System.Collections.Concurrent;
using System.Net.WebSockets;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>The websockets of this server: a client sends <c>bind [id]</c>, is answered <c>bound [id]</c>, and gets <c>ping [id]</c> each time something matches that subscription, on whatever server.</summary>
/// <remarks>https://hl7.org/fhir/R4/subscription.html. What can't be bound is answered <c>error [id]</c> with words, which R4 leaves open.</remarks>
internal sealed class WebSocketBindings(ResourceStore store, SubscriptionPings pings, SubscriptionOptions options, CrossOrigin crossOrigin) : IAsyncDisposable
{
    /// <summary>Where clients connect to, below the base URL.</summary>
    public const string Place = "/websocket";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<BoundSocket, bool>> bySubscription = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private readonly Lock starting = new();
    private readonly TaskCompletionSource isListening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? listening;
    private int open;

    /// <summary>Serves one client until he or the server goes.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: no websocket; <c>forbidden</c>: a page of another origin; <c>throttled</c>: too many are open.</exception>
    public async Task HandleAsync(FhirCall call)
    {
        var context = call.Context;
        if (!context.WebSockets.IsWebSocketRequest) throw new FhirException(Issue.Invalid("Subscriptions are bound to over a websocket at this URL; this request does not ask for one."));
        if (!crossOrigin.MayConnect(context)) throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Forbidden, "Pages of this origin may not use this server (setting Fhir:CorsOrigins)."));
        if (Interlocked.Increment(ref open) > options.MaxWebSockets)
        {
            Interlocked.Decrement(ref open);
            throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{options.MaxWebSockets:N0} websockets are open, as many as may be (setting Fhir:Subscriptions:MaxWebSockets).")));
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await ServeAsync(socket, context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    /// <summary>Says goodbye to every client.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        if (listening is not null) await listening;
        closing.Dispose();
    }

    /// <summary>Ends every connection, so that a server that stops need not wait for clients.</summary>
    public void Close() => closing.Cancel();

    private async Task ServeAsync(WebSocket socket, CancellationToken aborted)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, closing.Token);
        var bound = new BoundSocket(socket);
        var sending = bound.SendAllAsync(ending.Token);
        try
        {
            var receiving = ReceiveAllAsync(bound, ending.Token);
            await Task.WhenAny(sending, receiving);
            await ending.CancelAsync();
            await receiving;
            await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "");
        }
        catch (InvalidDataException fault)
        {
            await CloseAsync(socket, WebSocketCloseStatus.InvalidMessageType, fault.Message);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            await CloseAsync(socket, WebSocketCloseStatus.EndpointUnavailable, "");
        }
        finally
        {
            foreach (var id in bound.Bindings)
                if (bySubscription.TryGetValue(id, out var sockets)) sockets.TryRemove(bound, out _);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReceiveAllAsync(BoundSocket bound, CancellationToken cancellationToken)
    {
        while (await bound.ReceiveAsync(cancellationToken) is { } message)
        {
            var words = message.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (words is not ["bind", { Length: > 0 } id]) bound.Post("error  A message is 'bind' and the id of a Subscription.");
            else bound.Post(await BindAsync(bound, id, cancellationToken));
        }
    }

    private async Task<string> BindAsync(BoundSocket bound, string id, CancellationToken cancellationToken)
    {
        try
        {
            if (await RefuseAsync(id, cancellationToken) is { } refused) return $"error {id} {refused}";
            if (bound.Bindings.Count >= BoundSocket.MaxBindings) return $"error {id} This websocket is bound to as many subscriptions as it may be.";

            // Told only when nothing can be missed any more.
            await ListenAsync().WaitAsync(cancellationToken);
            bound.Bindings.Add(id);
            bySubscription.GetOrAdd(id, _ => new()).TryAdd(bound, true);
            return $"bound {id}";
        }
        catch (FhirException fault)
        {
            return $"error {id} {fault.Message}";
        }
    }

    private async Task<string?> RefuseAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(new ResourceKey("Subscription", id), cancellationToken) is not { IsDeleted: false } version) return $"Subscription/{id} is not known here.";
        var definition = SubscriptionDefinition.Read(ResourceDocument.Parse(version.Body));
        if (definition.Channel != SubscriptionDefinition.WebSocket) return $"The channel of Subscription/{id} is {definition.Channel}.";
        return definition.Status is "requested" or "active" ? null : $"Subscription/{id} has the status {definition.Status}.";
    }

    /// <summary>The first client makes this server listen, which needs a connection of its own.</summary>
    private Task ListenAsync()
    {
        lock (starting) listening ??= Task.Run(() => pings.ListenAsync(Ping, Listening, closing.Token));
        return isListening.Task;
    }

    private void Ping(string id)
    {
        if (!bySubscription.TryGetValue(id, out var sockets)) return;
        foreach (var socket in sockets.Keys) socket.Post($"ping {id}");
    }

    /// <summary>After a break everybody looks for himself.</summary>
    private void Listening()
    {
        isListening.TrySetResult();
        foreach (var id in bySubscription.Keys) Ping(id);
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string words)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(status, words, timeout.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException or IOException)
        {
            // The client is gone already.
        }
    }
}
