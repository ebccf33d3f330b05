using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Myeloma.Fhir.Benchmarks.Scale;

/// <summary>Follows the pages of a search to the end while others write: whether each match of the first page's instant comes once, and what early and late pages cost.</summary>
internal static class Walk
{
    private const int PageSize = 100;

    /// <param name="write">Changes one of the resources that are walked over.</param>
    public static async Task<string> RunAsync(HttpClient client, string type, int writers, Func<int, HttpRequestMessage> write)
    {
        using var end = new CancellationTokenSource();
        var written = 0;
        var writing = Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                using var message = write(Interlocked.Increment(ref written));
                using var answer = await client.SendAsync(message);
            }
        })).ToList();

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (pages, repeats, total) = (new List<double>(), 0, 0);
        try
        {
            for (var address = new Uri($"/fhir/{type}?_count={PageSize}&_total=accurate", UriKind.Relative); address is not null;)
            {
                var start = Stopwatch.GetTimestamp();
                using var page = JsonDocument.Parse(await client.GetByteArrayAsync(address));
                pages.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (pages.Count == 1) total = page.RootElement.GetProperty("total").GetInt32();
                foreach (var entry in page.RootElement.GetProperty("entry").EnumerateArray())
                    if (!seen.Add(entry.GetProperty("fullUrl").GetString()!)) repeats++;
                address = page.RootElement.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").ValueEquals("next"))
                    .Select(link => new Uri(link.GetProperty("url").GetString()!)).FirstOrDefault();
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(writing);
        }

        var part = Math.Max(1, pages.Count / 10);
        return string.Create(CultureInfo.InvariantCulture,
            $"walk over {total:N0} in {pages.Count:N0} pages of {PageSize} while {written:N0} were written: {seen.Count:N0} came, {total - seen.Count} too few, {repeats} twice; median of the first tenth of pages {Median(pages[1..(part + 1)]):F1} ms, of the last {Median(pages[^part..]):F1} ms");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
