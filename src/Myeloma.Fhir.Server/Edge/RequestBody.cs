using System.Buffers;
using System.IO.Pipelines;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>Reads a request body whole, within the limit.</summary>
internal static class RequestBody
{
    /// <returns>The body in an array of its own, empty when there is none.</returns>
    /// <exception cref="FhirException"><c>too-long</c> (413): past the limit; <c>not-supported</c> (415): compressed.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new FhirException(Issue.NotSupported($"A body in the content encoding '{encoding}' is not read; send it as it is.") with
            {
                MessageId = OutcomeStatus.UnsupportedMediaType,
            });
        }

        if (request.ContentLength is { } length)
        {
            if (length > maxBytes) throw TooLong(maxBytes);
            var body = GC.AllocateUninitializedArray<byte>((int)length);
            await request.Body.ReadExactlyAsync(body, cancellationToken);
            return body;
        }

        return await ReadChunksAsync(request.BodyReader, maxBytes, cancellationToken);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadChunksAsync(PipeReader reader, int maxBytes, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var fits = body.WrittenCount + read.Buffer.Length <= maxBytes;
            if (fits)
                foreach (var segment in read.Buffer) body.Write(segment.Span);
            reader.AdvanceTo(read.Buffer.End);
            if (!fits) throw TooLong(maxBytes);
            if (read.IsCompleted) return body.WrittenMemory;
        }
    }

    private static FhirException TooLong(int maxBytes) =>
        new(Issue.TooLong(FormattableString.Invariant($"The body is larger than {maxBytes:N0} bytes, the limit of this server (setting Fhir:MaxBodyBytes).")));
}
