using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>One websocket of a client: texts go out one after the other, and a ping that waits already is not put in line twice.</summary>
internal sealed class BoundSocket(WebSocket socket)
{
    /// <summary>Subscriptions that one websocket may be bound to.</summary>
    public const int MaxBindings = 1_000;

    /// <summary>Longest message of a client in bytes; <c>bind</c> and an id are less.</summary>
    private const int MaxMessage = 256;

    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    private readonly Channel<string> outgoing = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);

    /// <summary>The ids it is bound to; touched by its reader only.</summary>
    public HashSet<string> Bindings { get; } = new(StringComparer.Ordinal);

    /// <summary>Puts a text in line.</summary>
    public void Post(string text)
    {
        lock (waiting)
            if (!waiting.Add(text)) return;
        outgoing.Writer.TryWrite(text);
    }

    /// <summary>Sends what is in line until it is cancelled, or the client is gone or takes nothing.</summary>
    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var text in outgoing.Reader.ReadAllAsync(cancellationToken))
        {
            lock (waiting) waiting.Remove(text);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(SendTimeout);
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
        }
    }

    /// <returns>The next message of the client; null when he closes.</returns>
    /// <exception cref="InvalidDataException">A message that is no text, or too long.</exception>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxMessage];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
            if (part.MessageType != WebSocketMessageType.Text || (length == MaxMessage && !part.EndOfMessage)) throw new InvalidDataException("A message is a text like 'bind [id]'.");
            if (part.EndOfMessage) return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
