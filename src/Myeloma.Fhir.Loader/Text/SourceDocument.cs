using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>What is known of the origin of a document from the file beside it. Nothing here is read from the text; all parts may be null.</summary>
public sealed record DocumentOrigin(
    string? Publisher, string? Title, string? Address, string? Copyright, string? Licence, string? Language);

/// <summary>A document as the loader reads it: the file's text with its line ends as they are, and the hashes of its bytes.</summary>
/// <param name="FileName">Name without folder.</param>
/// <param name="Text">The file read as UTF-8, a byte order mark included as its first character. Offsets count its UTF-16 units.</param>
/// <param name="Sha256">Of the bytes, lower-case hex.</param>
/// <param name="Sha1">Of the bytes, base64, as <c>Attachment.hash</c> wants it.</param>
/// <param name="ByteLength">Length of the file in bytes.</param>
/// <param name="Origin">Null when nothing stands beside the file.</param>
public sealed record SourceDocument(string FileName, string Text, string Sha256, string Sha1, int ByteLength, DocumentOrigin? Origin)
{
    /// <summary>The default of <c>Loader:MaxDocumentBytes</c>: 8 MiB, some thousand pages of text.</summary>
    public const int DefaultMaxBytes = 8 * 1024 * 1024;

    private static readonly SearchValues<char> NoText = SearchValues.Create("\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000E\u000F\u001B");

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Takes the bytes of a file as a document.</summary>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: the file is empty, holds bytes that are no UTF-8, or control characters that no text has. <c>too-long</c>: it is larger than <paramref name="maxBytes"/>.
    /// </exception>
    public static SourceDocument Parse(string fileName, ReadOnlySpan<byte> bytes, DocumentOrigin? origin = null, int maxBytes = DefaultMaxBytes)
    {
        if (bytes.Length > maxBytes)
            throw new FhirException(Issue.TooLong($"{fileName} has {bytes.Length} bytes; the limit is {maxBytes}."));

        string text;
        try
        {
            text = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException problem)
        {
            throw new FhirException(Issue.Invalid($"{fileName} is not UTF-8 text: byte {problem.Index} cannot be read. Save it as UTF-8."));
        }

        if (string.IsNullOrWhiteSpace(text.TrimStart('\uFEFF')))
            throw new FhirException(Issue.Invalid($"{fileName} is empty."));
        var control = text.AsSpan().IndexOfAny(NoText);
        if (control >= 0)
            throw new FhirException(Issue.Invalid($"{fileName} is not a text document: it holds a control character at position {control}."));

        return new SourceDocument(
            Path.GetFileName(fileName), text, Convert.ToHexStringLower(SHA256.HashData(bytes)), Sha1Of(bytes), bytes.Length, origin);
    }

    // FHIR R4 asks for SHA-1 in Attachment.hash; it is a checksum there, not a protection.
#pragma warning disable CA5350
    private static string Sha1Of(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(SHA1.HashData(bytes));
#pragma warning restore CA5350
}
