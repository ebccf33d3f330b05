using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Ndjson;

/// <summary>One line that is not blank.</summary>
/// <param name="Json">Its bytes without the line end, not checked; the caller's own, never reused.</param>
/// <param name="Number">One-based, blank lines counted.</param>
public readonly record struct NdjsonLine(ReadOnlyMemory<byte> Json, long Number);

/// <summary>Newline-delimited JSON, a resource a line. https://hl7.org/fhir/R4/nd-json.html</summary>
public static class NdjsonReading
{
    /// <summary>Bytes of one line unless the caller says otherwise: what one resource may have.</summary>
    public const int DefaultMaxLineBytes = 64 << 20;

    /// <summary>The lines as they come in; only one is held at a time.</summary>
    /// <param name="stream">Stays open; it may have been read beyond the last line given.</param>
    /// <returns>In order. Lines end with LF or CR LF, the last one with either or nothing; blank ones are passed over.</returns>
    /// <exception cref="FhirException"><c>too-long</c>: a line passes the limit; told as soon as that many bytes have come, with the line's number.</exception>
    public static async IAsyncEnumerable<NdjsonLine> ReadAsync(
        Stream stream, int maxLineBytes = DefaultMaxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 1);
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        long number = 0;
        long searched = 0;
        try
        {
            while (true)
            {
                var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                var rest = result.Buffer;

                // What was searched before holds no line end; a long line that comes in small pieces is searched once.
                while (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
                {
                    number++;
                    searched = 0;
                    if (Line(rest.Slice(0, end), number, maxLineBytes) is { } line) yield return line;
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                // One byte more may be the CR of the line end.
                if (rest.Length > (long)maxLineBytes + 1) throw TooLong(number + 1, maxLineBytes);
                if (result.IsCompleted)
                {
                    if (Line(rest, number + 1, maxLineBytes) is { } line) yield return line;
                    yield break;
                }

                searched = rest.Length;
                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <returns>Null for a blank line.</returns>
    private static NdjsonLine? Line(ReadOnlySequence<byte> bytes, long number, int maxLineBytes)
    {
        if (bytes.Length > 0 && bytes.Slice(bytes.Length - 1).FirstSpan[0] == '\r') bytes = bytes.Slice(0, bytes.Length - 1);
        if (bytes.Length > maxLineBytes) throw TooLong(number, maxLineBytes);
        return IsBlank(bytes) ? null : new NdjsonLine(bytes.ToArray(), number);
    }

    private static bool IsBlank(ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
            if (part.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r')) return false;
        return true;
    }

    private static FhirException TooLong(long number, int maxLineBytes) =>
        new(Issue.TooLong($"Line {number} has more than {maxLineBytes} bytes.") with { Line = (int)Math.Min(number, int.MaxValue), Column = 1 });
}
