using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>
/// Hostile, malformed and unknown URLs, made of every type, parameter, modifier and kind of value and then spoilt: each is answered in time and never by a 5xx,
/// and what is refused is refused by an OperationOutcome. <c>MYELOMA_TEST_URLS</c> says how many.
/// </summary>
[Trait("Category", "Postgres")]
public sealed class UrlFuzzTests(RunningServer server, ITestOutputHelper output) : IClassFixture<RunningServer>
{
    private static readonly int Total = int.TryParse(Environment.GetEnvironmentVariable("MYELOMA_TEST_URLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 3_000;

    /// <summary>No answer takes so long that somebody would notice; the bound is wide, for slow machines.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_URL_makes_the_server_fail_or_hang()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"a","active":true,"name":[{"family":"Alpha"}],"birthDate":"1970"}""");
        await server.PutAsync("""{"resourceType":"Observation","id":"b","status":"final","code":{"coding":[{"system":"http://example.org/a","code":"c"}]},"subject":{"reference":"Patient/a"}}""");
        var faults = new ConcurrentBag<string>();
        var statuses = new ConcurrentDictionary<int, int>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Total), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (seed, _) =>
        {
            var (method, url) = new UrlMaking(seed).Next();
            if (await FaultAsync(method, url, statuses) is { } fault) faults.Add($"{seed}: {method} {url}: {fault}");
        });

        Assert.True(faults.IsEmpty, string.Join(Environment.NewLine, faults.Order(StringComparer.Ordinal).Take(40)));
        Assert.True(statuses.GetValueOrDefault(200) > Total / 20, $"too few are legal to reach deep: {string.Join(", ", statuses)}");
        Assert.True(statuses.GetValueOrDefault(400) > Total / 20, $"too few are illegal: {string.Join(", ", statuses)}");
        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}")));
        await server.PutAsync("""{"resourceType":"Patient","id":"after","active":true}""");
        Assert.Equal(["after"], (await server.GetAsync("/Patient?_id=after")).Matches);
    }

    private async Task<string?> FaultAsync(string method, string url, ConcurrentDictionary<int, int> statuses)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var (status, head, body) = await SendAsync(method, url, patience.Token);
            statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status is < 200 or >= 500) return $"answered {status} {body}";
            if (status < 400 || method == "HEAD") return null;
            // A request line that is no HTTP never reaches the FHIR API; Kestrel refuses it by itself, without a body.
            var isOurs = head.Contains("application/fhir+", StringComparison.OrdinalIgnoreCase) && body.Contains("OperationOutcome", StringComparison.Ordinal);
            return isOurs || (status == 400 && body.Length == 0) ? null : $"{status} without an OperationOutcome: {body}";
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            return $"the connection broke: {fault.Message}";
        }
    }

    /// <summary>By hand over a socket, since a client mends or refuses most of these.</summary>
    private async Task<(int Status, string Head, string Body)> SendAsync(string method, string url, CancellationToken cancellationToken)
    {
        var address = new Uri(server.BaseUrl);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var stream = client.GetStream();
        var body = method is "POST" or "PUT" or "PATCH" ? "{}" : "";
        var content = body.Length > 0 ? $"Content-Type: application/fhir+json\r\nContent-Length: {body.Length}\r\n" : "";
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{method} {address.AbsolutePath}{url} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{content}\r\n{body}"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(cancellationToken);
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || end < 0) return (0, "", $"no HTTP: {answer}");
        return (int.Parse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture), answer[..end], answer[(end + 4)..]);
    }
}
