using System.IO.Pipelines;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Ndjson;

/// <summary>Writes newline-delimited JSON, a resource a line. https://hl7.org/fhir/R4/nd-json.html</summary>
/// <remarks>Not for several threads at once. The stream stays open; disposing or <see cref="FlushAsync"/> hands over what is held back.</remarks>
public sealed class NdjsonWriter(Stream stream) : IAsyncDisposable
{
    private const int FlushAt = 64 << 10;

    private readonly PipeWriter pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Lines written so far.</summary>
    public long Count { get; private set; }

    /// <param name="json">Well-formed JSON in UTF-8; line ends and indentation between its tokens are left out, all else stays byte for byte.</param>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        pipe.WriteLine(json.Span);
        Count++;
        return pipe.UnflushedBytes < FlushAt ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) =>
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync() => await pipe.CompleteAsync().ConfigureAwait(false);
}

/// <summary>A JSON value on one line.</summary>
internal static class JsonLine
{
    public static void WriteLine(this PipeWriter pipe, ReadOnlySpan<byte> json)
    {
        pipe.Write(Of(json));
        pipe.Write("\n"u8);
    }

    /// <summary>The value without line ends.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => json.IndexOfAny((byte)'\n', (byte)'\r') < 0 ? json : Joined(json);

    private static void Write(this PipeWriter pipe, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(pipe.GetSpan(Math.Max(bytes.Length, 1)));
        pipe.Advance(bytes.Length);
    }

    /// <summary>A line end stands between tokens only, since strings hold it as an escape.</summary>
    private static ReadOnlySpan<byte> Joined(ReadOnlySpan<byte> json)
    {
        var line = new ByteBuffer(json.Length);
        while (!json.IsEmpty)
        {
            var end = json.IndexOfAny((byte)'\n', (byte)'\r');
            line.Add(end < 0 ? json : json[..end]);
            json = end < 0 ? default : json[end..].TrimStart(" \t\r\n"u8);
        }

        return line.Written;
    }
}
