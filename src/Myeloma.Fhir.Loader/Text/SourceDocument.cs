namespace Myeloma.Fhir.Loader.Text;

/// <summary>What is known of the origin of a document from the file beside it. Nothing here is read from the text; all parts may be null.</summary>
public sealed record DocumentOrigin(
    string? Publisher, string? Title, string? Address, string? Copyright, string? Licence, string? Language);

/// <summary>A document as the loader reads it: the file's text with its line ends as they are, and the hashes of its bytes.</summary>
/// <param name="FileName">Name without folder.</param>
/// <param name="Text">The file read as UTF-8; a byte order mark is left out. Offsets count its UTF-16 units.</param>
/// <param name="Sha256">Of the bytes, lower-case hex.</param>
/// <param name="Sha1">Of the bytes, base64, as <c>Attachment.hash</c> wants it.</param>
/// <param name="ByteLength">Length of the file in bytes.</param>
/// <param name="Origin">Null when nothing stands beside the file.</param>
public sealed record SourceDocument(string FileName, string Text, string Sha256, string Sha1, int ByteLength, DocumentOrigin? Origin);
