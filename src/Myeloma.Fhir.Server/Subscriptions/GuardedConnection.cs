using System.Net;
using System.Net.Sockets;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>Makes the connections that notifications go over: the address itself is checked, when it is connected to, whatever the name stood for before.</summary>
internal sealed class GuardedConnection(AddressRules rules)
{
    /// <summary>A handler whose every connection is guarded: no proxy in between, no redirects, no cookies.</summary>
    public SocketsHttpHandler NewHandler(TimeSpan connectTimeout) => new()
    {
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = connectTimeout,
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = addresses.Where(rules.Allows).ToList();
        if (allowed.Count == 0) throw new AddressRefusedException(target.Host);
        for (var at = 0; ; at++)
        {
            var socket = new Socket(allowed[at].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(allowed[at], target.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (at + 1 < allowed.Count)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}

/// <summary>A host has no address that notifications may be sent to.</summary>
internal sealed class AddressRefusedException(string host)
    : IOException($"'{host}' stands for an address inside a network, and this server sends notifications to public ones only (setting Fhir:Subscriptions:AllowedNetworks).");
