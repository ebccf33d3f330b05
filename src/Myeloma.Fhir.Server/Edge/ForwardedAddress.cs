using System.Buffers;
using System.Net;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>How clients reach a server behind proxies: from the header Forwarded, else from X-Forwarded-Proto, -Host, -Port and -Prefix, if the proxy that sent them is trusted.</summary>
/// <remarks>
/// https://www.rfc-editor.org/rfc/rfc7239. Of several values the last one counts, which the nearest proxy wrote: what stands before it anybody may have sent.
/// </remarks>
/// <param name="trusted">Networks of the proxies that are believed; empty: none is.</param>
public sealed class ForwardedAddress(IReadOnlyList<IPNetwork> trusted)
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

    private static readonly SearchValues<char> AuthorityCharacters = SearchValues.Create(Unreserved + ":[]");

    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Unreserved + "~/");

    /// <summary>Scheme, authority and the path that the proxy takes away, without trailing slash: <c>https://example.org/r4</c>.</summary>
    /// <returns>Null when there is nothing to go by, or nobody to believe it from.</returns>
    public string? Find(HttpContext context)
    {
        if (trusted.Count == 0) return null;
        var headers = context.Request.Headers;
        var (scheme, host) = OfForwarded(Last(headers["Forwarded"].ToString()));
        scheme ??= Last(headers["X-Forwarded-Proto"].ToString());
        host ??= WithPort(Last(headers["X-Forwarded-Host"].ToString()), Last(headers["X-Forwarded-Port"].ToString()));
        var prefix = Last(headers["X-Forwarded-Prefix"].ToString()).TrimEnd('/');
        if (scheme.Length + host.Length + prefix.Length == 0 || !IsTrusted(context.Connection.RemoteIpAddress)) return null;

        scheme = scheme.ToLowerInvariant();
        if (scheme is not ("http" or "https")) scheme = context.Request.Scheme;
        if (!IsAuthority(host)) host = context.Request.Host.Value ?? "";
        if (!IsPath(prefix)) prefix = "";
        return $"{scheme}://{host}{prefix}";
    }

    private bool IsTrusted(IPAddress? address)
    {
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in trusted)
            if (network.Contains(address)) return true;
        return false;
    }

    /// <summary>The parameters proto and host of one element: <c>for=192.0.2.60;proto=https;host="example.org:8443"</c>.</summary>
    private static (string? Scheme, string? Host) OfForwarded(string element)
    {
        string? scheme = null, host = null;
        foreach (var range in element.AsSpan().Split(';'))
        {
            var pair = element.AsSpan(range).Trim();
            var equals = pair.IndexOf('=');
            if (equals < 0) continue;
            var value = pair[(equals + 1)..].Trim().Trim('"').ToString();
            if (pair[..equals].Trim().Equals("proto", StringComparison.OrdinalIgnoreCase)) scheme = value;
            else if (pair[..equals].Trim().Equals("host", StringComparison.OrdinalIgnoreCase)) host = value;
        }

        return (scheme, host);
    }

    private static string Last(string list) => list[(list.LastIndexOf(',') + 1)..].Trim();

    private static string WithPort(string host, string port) =>
        host.Length == 0 || port.Length == 0 || port.AsSpan().ContainsAnyExceptInRange('0', '9') || host.LastIndexOf(':') > host.LastIndexOf(']') || port is "80" or "443" ? host : $"{host}:{port}";

    /// <summary>A name or address with or without port: nothing that could end the link it is put into.</summary>
    private static bool IsAuthority(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(AuthorityCharacters);

    private static bool IsPath(string text) =>
        text.StartsWith('/') && !text.Contains("//", StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExcept(PathCharacters);
}
