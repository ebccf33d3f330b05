using System.Buffers;
using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Ndjson;

/// <summary>Some whole lines of newline-delimited JSON.</summary>
/// <param name="Content">The caller's own, never reused; each line with its end, the very last one always with LF.</param>
/// <param name="FirstLine">One-based number of the first of them.</param>
/// <param name="Lines">How many, blank ones counted.</param>
public readonly record struct NdjsonPiece(ReadOnlyMemory<byte> Content, long FirstLine, int Lines);

/// <summary>Takes newline-delimited JSON apart without looking at single lines: for passing it on, and for reading lines that are in memory. https://hl7.org/fhir/R4/nd-json.html</summary>
public static class NdjsonPieces
{
    /// <summary>The content as it comes in, in pieces of whole lines; one piece is held at a time.</summary>
    /// <param name="pieceBytes">A piece has about as many; more when a single line does.</param>
    /// <returns>In order; none for an empty stream.</returns>
    /// <exception cref="FhirException"><c>too-long</c>: a line passes the limit, with the line's number.</exception>
    public static async IAsyncEnumerable<NdjsonPiece> ReadAsync(
        Stream stream, int pieceBytes, int maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var buffer = new byte[pieceBytes];
        var (filled, searched) = (0, 0);
        var number = 1L;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            filled += read;
            if (read > 0 && filled < buffer.Length) continue;

            var end = read == 0 ? filled : EndOfLines(buffer, searched, filled);
            if (end > 0)
            {
                var piece = PieceOf(buffer, end, number);
                yield return piece;
                number += piece.Lines;
                var next = new byte[Math.Max(pieceBytes, filled - end)];
                buffer.AsSpan(end, filled - end).CopyTo(next);
                (buffer, filled, searched) = (next, filled - end, 0);
            }
            else if (read > 0)
            {
                // One line has more than a piece; the byte beyond the limit may be its end.
                if (filled > maxLineBytes) throw TooLong(number, maxLineBytes);
                searched = filled;
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, maxLineBytes + 2L));
            }

            if (read == 0) yield break;
        }
    }

    /// <summary>The lines that are not blank, as views of the content.</summary>
    /// <param name="firstLine">Number of the first line, blank or not.</param>
    public static IEnumerable<NdjsonLine> Lines(ReadOnlyMemory<byte> content, long firstLine)
    {
        for (var number = firstLine; content.Length > 0; number++)
        {
            var end = content.Span.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (line.Span is [.., (byte)'\r']) line = line[..^1];
            if (line.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r')) yield return new NdjsonLine(line, number);
        }
    }

    /// <summary>Writes a JSON value as one line.</summary>
    /// <param name="json">Well-formed; line ends and indentation between its tokens are left out, all else stays byte for byte.</param>
    public static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        output.Write(JsonLine.Of(json));
        output.Write("\n"u8);
    }

    private static int EndOfLines(byte[] buffer, int searched, int filled) =>
        buffer.AsSpan(searched, filled - searched).LastIndexOf((byte)'\n') is >= 0 and var at ? searched + at + 1 : 0;

    private static NdjsonPiece PieceOf(byte[] buffer, int end, long number)
    {
        var lines = buffer.AsSpan(0, end).Count((byte)'\n');
        if (buffer[end - 1] == '\n') return new NdjsonPiece(buffer.AsMemory(0, end), number, lines);

        // The last line of all may have no end; what is put after it must begin a line of its own.
        var whole = new byte[end + 1];
        buffer.AsSpan(0, end).CopyTo(whole);
        whole[end] = (byte)'\n';
        return new NdjsonPiece(whole, number, lines + 1);
    }

    private static FhirException TooLong(long number, int maxLineBytes) =>
        new(Issue.TooLong($"Line {number} has more than {maxLineBytes} bytes.") with { Line = (int)Math.Min(number, int.MaxValue), Column = 1 });
}
