using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Myeloma.Fhir.Benchmarks.Bulk;

/// <summary>How long an import took, and an export.</summary>
/// <param name="Sending">Until the server had the last line and answered 202.</param>
/// <param name="Working">From then until the status said that all is done.</param>
internal readonly record struct BulkTimes(TimeSpan Sending, TimeSpan Working);

/// <summary>Sends generated lines to <c>$import</c>, asks <c>$export</c> for them, and waits for the end.</summary>
internal static class ImportRun
{
    private static readonly MediaTypeHeaderValue Ndjson = new("application/fhir+ndjson");

    /// <summary>Imports lines.</summary>
    /// <exception cref="InvalidOperationException">The job failed, or there are lines with errors; the text is the server's.</exception>
    public static async Task<BulkTimes> RunAsync(HttpClient client, IEnumerable<byte[]> lines)
    {
        var watch = Stopwatch.StartNew();
        using var body = new LinesContent(lines);
        body.Headers.ContentType = Ndjson;
        using var taken = await client.PostAsync(new Uri("/fhir/$import", UriKind.Relative), body);
        var sending = watch.Elapsed;
        using var manifest = await EndAsync(client, taken);
        if (manifest.RootElement.GetProperty("error").GetArrayLength() > 0) throw new InvalidOperationException(manifest.RootElement.GetProperty("error").GetRawText());
        return new BulkTimes(sending, watch.Elapsed - sending);
    }

    /// <summary>Exports everything and fetches the files.</summary>
    /// <returns>The times, fetching not counted; the lines and bytes that were fetched, and how long that took.</returns>
    public static async Task<(BulkTimes Times, long Lines, long Bytes, TimeSpan Fetching)> ExportAsync(HttpClient client)
    {
        var watch = Stopwatch.StartNew();
        using var begin = new HttpRequestMessage(HttpMethod.Get, new Uri("/fhir/$export", UriKind.Relative)) { Headers = { { "Prefer", "respond-async" } } };
        using var taken = await client.SendAsync(begin);
        var sending = watch.Elapsed;
        using var manifest = await EndAsync(client, taken);
        var times = new BulkTimes(sending, watch.Elapsed - sending);
        watch.Restart();
        var (lines, bytes) = (0L, 0L);
        foreach (var file in manifest.RootElement.GetProperty("output").EnumerateArray())
        {
            lines += file.GetProperty("count").GetInt64();
            await using var stream = await client.GetStreamAsync(new Uri(new Uri(file.GetProperty("url").GetString()!).AbsolutePath, UriKind.Relative));
            var buffer = new byte[1 << 16];
            for (var read = await stream.ReadAsync(buffer); read > 0; read = await stream.ReadAsync(buffer)) bytes += read;
        }

        return (times, lines, bytes, watch.Elapsed);
    }

    private static async Task<JsonDocument> EndAsync(HttpClient client, HttpResponseMessage taken)
    {
        if (taken.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException(await taken.Content.ReadAsStringAsync());
        var status = new Uri(taken.Content.Headers.ContentLocation!.AbsolutePath, UriKind.Relative);
        while (true)
        {
            using var answer = await client.GetAsync(status);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.OK) return JsonDocument.Parse(text);
            if (answer.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException(text);
            await Task.Delay(50);
        }
    }

    /// <summary>A body that is made while it is sent.</summary>
    private sealed class LinesContent(IEnumerable<byte[]> lines) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using var buffer = new MemoryStream(1 << 17);
            foreach (var line in lines)
            {
                buffer.Write(line);
                buffer.WriteByte((byte)'\n');
                if (buffer.Length < 1 << 16) continue;
                await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
                buffer.SetLength(0);
            }

            await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
