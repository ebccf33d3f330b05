using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader;

/// <summary>A document as it was stored by a load before: read back, so that the next load can state what all documents together say.</summary>
public static class StoredDocument
{
    /// <summary>The id that DocumentReference and Binary of a document with this file name bear.</summary>
    public static string IdOf(string fileName) => DocumentMapper.IdOf(fileName);

    /// <summary>The document that the loader's DocumentReference and its Binary hold.</summary>
    /// <returns>Equal to the document that was loaded.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: the two are not what the loader writes.</exception>
    public static SourceDocument Read(ReadOnlyMemory<byte> documentReference, ReadOnlyMemory<byte> binary)
    {
        using var reference = JsonDocument.Parse(documentReference);
        using var content = JsonDocument.Parse(binary);
        if (Identifier(reference.RootElement, Canonicals.DocumentFile) is not { } fileName
            || Identifier(reference.RootElement, Canonicals.DocumentSha256) is not { } sha256
            || !content.RootElement.TryGetProperty("data", out var data)
            || !data.TryGetBytesFromBase64(out var bytes)
            || Attachment(reference.RootElement) is not { } attachment)
            throw new FhirException(Issue.Invalid("The DocumentReference and its Binary are not those of a loaded document; load the document again."));

        return new SourceDocument(
            fileName, Encoding.UTF8.GetString(bytes), sha256, attachment.GetProperty("hash").GetString()!, bytes.Length, Origin(reference.RootElement));
    }

    private static string? Identifier(JsonElement reference, string system)
    {
        if (!reference.TryGetProperty("identifier", out var identifiers)) return null;
        foreach (var identifier in identifiers.EnumerateArray())
            if (identifier.GetProperty("system").GetString() == system) return identifier.GetProperty("value").GetString();
        return null;
    }

    private static JsonElement? Attachment(JsonElement reference) =>
        reference.TryGetProperty("content", out var content) && content.GetArrayLength() == 1
            && content[0].TryGetProperty("attachment", out var attachment) && attachment.TryGetProperty("hash", out _) ? attachment : null;

    private static DocumentOrigin? Origin(JsonElement reference)
    {
        if (!reference.TryGetProperty("extension", out var extensions)) return null;
        foreach (var extension in extensions.EnumerateArray())
        {
            if (extension.GetProperty("url").GetString() != Canonicals.Extension("document-origin")) continue;

            string? Part(string name, string value = "valueString")
            {
                foreach (var part in extension.GetProperty("extension").EnumerateArray())
                    if (part.GetProperty("url").GetString() == name) return part.GetProperty(value).GetString();
                return null;
            }

            return new DocumentOrigin(Part("publisher"), Part("title"), Part("address"), Part("copyright"), Part("licence"), Part("language", "valueCode"));
        }

        return null;
    }
}
