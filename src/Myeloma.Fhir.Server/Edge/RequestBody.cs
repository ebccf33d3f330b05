using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>Reads request bodies within the limit, compressed ones by their size when they are not.</summary>
internal static class RequestBody
{
    /// <summary>The content encodings a body may have. https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1</summary>
    public const string Encodings = "gzip, br, deflate";

    /// <returns>The body in an array of its own, empty when there is none.</returns>
    /// <exception cref="FhirException">
    /// <c>too-long</c> (413): past the limit, as sent or once decompressed; <c>not-supported</c> (415): another content encoding; <c>structure</c>: compressed wrongly.
    /// </exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && Decompressed(request, encoding.ToString().Trim().ToLowerInvariant()) is { } plain)
        {
            await using (plain) return await DecompressAsync(plain, maxBytes, cancellationToken);
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

    /// <summary>The body as it comes in, decompressed; nothing is read yet, and no limit is held.</summary>
    /// <exception cref="FhirException"><c>not-supported</c> (415): another content encoding.</exception>
    public static Stream Open(HttpRequest request) => Decompressed(request, request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant()) ?? request.Body;

    /// <summary>What reading a body comes to that is not compressed as it says.</summary>
    public static FhirException Damaged() => new(Issue.Structure("The body is not compressed in the way that Content-Encoding says, or damaged."));

    /// <returns>Null when the body is sent as it is.</returns>
    private static Stream? Decompressed(HttpRequest request, string encoding)
    {
        switch (encoding)
        {
            case "" or "identity": return null;
            case "gzip" or "x-gzip": return new GZipStream(request.Body, CompressionMode.Decompress);
            case "br": return new BrotliStream(request.Body, CompressionMode.Decompress);
            case "deflate": return new ZLibStream(request.Body, CompressionMode.Decompress);
            default:
                request.HttpContext.Response.Headers.AcceptEncoding = Encodings;
                throw new FhirException(Issue.NotSupported($"A body in the content encoding '{encoding}' is not read; {Encodings} are, and none.") with
                {
                    MessageId = OutcomeStatus.UnsupportedMediaType,
                });
        }
    }

    /// <summary>Stops at the limit: how much a body would come to is not tried out.</summary>
    private static async Task<ReadOnlyMemory<byte>> DecompressAsync(Stream plain, int maxBytes, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        try
        {
            while (true)
            {
                var read = await plain.ReadAsync(body.GetMemory(16 * 1024), cancellationToken);
                if (read == 0) return body.WrittenMemory;
                body.Advance(read);
                if (body.WrittenCount > maxBytes) throw TooLong(maxBytes);
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException)
        {
            throw Damaged();
        }
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
