using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>A document that statements were taken from.</summary>
/// <param name="Reference"><c>DocumentReference/x</c>.</param>
/// <param name="Text">What the spans count in, UTF-16 units; null when it is not stored here.</param>
/// <param name="Origin">What is known of where it is from: <c>publisher</c>, <c>title</c>, <c>address</c>, <c>copyright</c>, <c>licence</c>, <c>language</c>, those that are known.</param>
public sealed record DocumentSource(string Reference, string Title, string? Text, IReadOnlyList<(string Name, string Value)> Origin)
{
    /// <summary>The words of a place as they stand.</summary>
    /// <returns>Null when the text is not here, or does not reach that far: it is another than the one that was read.</returns>
    public string? Words(int offset, int length) =>
        Text is not null && offset >= 0 && length > 0 && (long)offset + length <= Text.Length ? Text.Substring(offset, length) : null;
}

/// <summary>The documents behind one answer, each read once.</summary>
public sealed class SourceDocuments(ResourceStore store)
{
    private const string OriginUrl = "http://myeloma-fhir.org/fhir/StructureDefinition/document-origin";

    private readonly Dictionary<string, DocumentSource?> documents = new(StringComparer.Ordinal);

    /// <param name="id">Of a DocumentReference.</param>
    /// <returns>Null when it is not here, or was deleted.</returns>
    public async Task<DocumentSource?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (documents.TryGetValue(id, out var known)) return known;
        return documents[id] = await ReadAsync("DocumentReference", id, cancellationToken) is { } reference
            ? new DocumentSource($"DocumentReference/{id}", TitleOf(reference) ?? id, await TextAsync(reference, cancellationToken), OriginOf(reference))
            : null;
    }

    /// <summary>The text that the spans of a DocumentReference count in: the attachment it carries, or the Binary it names.</summary>
    /// <returns>Null when this server holds no text of the document.</returns>
    public async Task<string?> TextAsync(ResourceDocument documentReference, CancellationToken cancellationToken)
    {
        foreach (var content in documentReference.Root.Children("content"))
        {
            var attachment = content.Child("attachment");
            if (attachment?.TextOf("data") is { } data) return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            if (attachment?.TextOf("url") is { } url && url.StartsWith("Binary/", StringComparison.Ordinal)
                && await ReadAsync("Binary", url["Binary/".Length..], cancellationToken) is { } binary
                && binary.Root.TextOf("data") is { } stored)
                return Encoding.UTF8.GetString(Convert.FromBase64String(stored));
        }

        return null;
    }

    private static string? TitleOf(ResourceDocument reference)
    {
        foreach (var content in reference.Root.Children("content"))
            if (content.Child("attachment")?.TextOf("title") is { } title) return title;
        return reference.Root.TextOf("description");
    }

    private static List<(string, string)> OriginOf(ResourceDocument reference)
    {
        var origin = new List<(string, string)>();
        foreach (var extension in reference.Root.Children("extension"))
        {
            if (extension.TextOf("url") != OriginUrl) continue;
            foreach (var part in extension.Children("extension"))
                if (part.TextOf("url") is { } name && part.TextOf("value") is { } value) origin.Add((name, value));
        }

        return origin;
    }

    private async Task<ResourceDocument?> ReadAsync(string type, string id, CancellationToken cancellationToken) =>
        await store.FindAsync(new ResourceKey(type, id), cancellationToken) is { IsDeleted: false } version ? ResourceDocument.Parse(version.Body) : null;
}
