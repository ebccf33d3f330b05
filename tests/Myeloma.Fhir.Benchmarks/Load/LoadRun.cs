using System.Diagnostics;
using System.Globalization;

namespace Myeloma.Fhir.Benchmarks.Load;

/// <summary>What one case measured.</summary>
/// <param name="PerSecond">Answers with a 2xx status a second, over all connections.</param>
/// <param name="Median">Milliseconds, from sending the request to the last byte of the answer.</param>
/// <param name="Percentile99">Milliseconds.</param>
/// <param name="Failures">Answers with another status.</param>
internal sealed record LoadResult(string Case, double PerSecond, double Median, double Percentile99, long Failures)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"| {Case} | {PerSecond:F0} | {Median:F2} | {Percentile99:F2} | {Failures} |");
}

/// <summary>A closed loop of connections: each sends its next request when the last answer is whole.</summary>
internal static class LoadRun
{
    public static async Task<LoadResult> RunAsync(
        string name, HttpClient client, int connections, TimeSpan duration, Func<int, HttpRequestMessage> request)
    {
        await LoopAsync(client, connections, TimeSpan.FromSeconds(Math.Min(3, duration.TotalSeconds)), request);
        var (latencies, failures, elapsed) = await LoopAsync(client, connections, duration, request);
        latencies.Sort();
        return new LoadResult(
            name,
            (latencies.Count - failures) / elapsed.TotalSeconds,
            Milliseconds(latencies, 0.5),
            Milliseconds(latencies, 0.99),
            failures);
    }

    private static async Task<(List<long> Latencies, long Failures, TimeSpan Elapsed)> LoopAsync(
        HttpClient client, int connections, TimeSpan duration, Func<int, HttpRequestMessage> request)
    {
        var number = 0;
        long failures = 0;
        var watch = Stopwatch.StartNew();
        var perConnection = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            var latencies = new List<long>(1 << 14);
            while (watch.Elapsed < duration)
            {
                using var message = request(Interlocked.Increment(ref number));
                var start = Stopwatch.GetTimestamp();
                using var response = await client.SendAsync(message);
                await response.Content.CopyToAsync(Stream.Null);
                latencies.Add(Stopwatch.GetTimestamp() - start);
                if (!response.IsSuccessStatusCode) Interlocked.Increment(ref failures);
            }

            return latencies;
        }));
        return ([.. perConnection.SelectMany(list => list)], failures, watch.Elapsed);
    }

    private static double Milliseconds(List<long> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)] * 1000d / Stopwatch.Frequency;
}
