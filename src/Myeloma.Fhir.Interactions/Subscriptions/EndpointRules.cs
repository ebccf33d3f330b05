using System.Diagnostics.CodeAnalysis;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>Where notifications may be sent, and with which headers. Which addresses a host may have is looked at when a connection is made, since names change what they stand for.</summary>
public sealed class EndpointRules(SubscriptionOptions options)
{
    private const int MaxHeaders = 20;
    private const int MaxHeaderLength = 4_096;

    /// <summary>Headers that are the connection's or the payload's own.</summary>
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Expect", "Host", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <returns>Why nothing may be sent there; null when it may.</returns>
    public string? Refuse(string? endpoint)
    {
        if (string.IsNullOrEmpty(endpoint)) return "A rest-hook needs an endpoint, an absolute URL.";
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Host.Length == 0) return $"The endpoint '{endpoint}' is no absolute http or https URL.";
        if (url.UserInfo.Length > 0) return "The endpoint holds a user name or password; they belong into a header of the channel.";
        if (url.Fragment.Length > 0) return "The endpoint holds a fragment, which is never sent.";
        if (url.Scheme == "http" && !options.AllowHttp) return "The endpoint is not https, and this server sends nothing without TLS (setting Fhir:Subscriptions:AllowHttp).";
        return options.AllowedEndpoints.Any(allowed => IsBelow(url, allowed))
            ? null
            : $"This server does not send notifications to {url.GetLeftPart(UriPartial.Authority)} (setting Fhir:Subscriptions:AllowedEndpoints).";
    }

    /// <returns>Why the line may not be sent; null when it may.</returns>
    public static string? RefuseHeader(string line)
    {
        if (line.Length > MaxHeaderLength) return $"The header has {line.Length} characters, more than {MaxHeaderLength}.";
        if (!TrySplit(line, out var name, out _)) return "A header is a name, a colon and a value of printable characters: 'Authorization: Bearer …'.";
        return OwnHeaders.Contains(name) || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
            ? $"The header '{name}' is set by this server and can't be chosen."
            : null;
    }

    /// <returns>Why there may not be so many; null when there may.</returns>
    public static string? RefuseHeaders(int count) => count > MaxHeaders ? $"The channel has {count} headers, more than {MaxHeaders}." : null;

    /// <summary>Takes a line apart.</summary>
    /// <returns>False for what is no header.</returns>
    public static bool TrySplit(string line, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? value)
    {
        (name, value) = (null, null);
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return false;
        (name, value) = (line[..colon], line[(colon + 1)..].Trim());
        return name.All(IsToken) && value.All(character => character is >= ' ' and <= '~' or '\t');
    }

    private static bool IsToken(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);

    private static bool IsBelow(Uri url, string allowed)
    {
        if (allowed == "*") return true;
        var beginning = new Uri(allowed);
        if (Uri.Compare(url, beginning, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) != 0) return false;

        // Escapes that a server takes for slashes or dots would lead out of the path that is allowed.
        var path = beginning.AbsolutePath.TrimEnd('/');
        if (path.Length > 0 && url.AbsolutePath.Contains("%2", StringComparison.OrdinalIgnoreCase)) return false;
        return url.AbsolutePath == path || url.AbsolutePath.StartsWith(path + "/", StringComparison.Ordinal);
    }
}
