using System.Security.Cryptography;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Terminology.Caching;

/// <summary>Resources that came with requests, in their order, found by type and url. Immutable, shared by threads.</summary>
public sealed class BroughtResources
{
    /// <summary>Up to so many are looked through faster than sorted.</summary>
    private const int Few = 8;

    public static readonly BroughtResources None = new([]);

    private readonly Lazy<ILookup<(string Type, string? Url), ResourceDocument>>? byUrl;

    public BroughtResources(IReadOnlyList<ResourceDocument> documents)
    {
        Documents = documents;
        Size = documents.Sum(document => document.Size);
        if (documents.Count > Few) byUrl = new(() => documents.ToLookup(document => (document.ResourceType, document.Root.TextOf("url"))));
    }

    public IReadOnlyList<ResourceDocument> Documents { get; }

    /// <summary>Bytes in memory, what is compiled of them left out.</summary>
    public long Size { get; }

    /// <summary>All versions of a canonical url, in their order.</summary>
    internal IEnumerable<ResourceDocument> Find(string type, string url) =>
        byUrl is null ? Documents.Where(each => each.ResourceType == type && each.Root.TextOf("url") == url) : byUrl.Value[(type, url)];

    /// <summary>These and more: what has the type, url and version of one that is here takes its place, and what is the same byte for byte stays the object it is, with what was compiled of it.</summary>
    /// <returns>This object when nothing is new.</returns>
    public BroughtResources With(IReadOnlyList<ResourceDocument> more)
    {
        if (more.Count == 0) return this;
        var (merged, places, isNew) = (new List<ResourceDocument>(Documents), new Dictionary<(string, string, string?), int>(), false);
        for (var place = 0; place < merged.Count; place++) places[KeyOf(merged[place])] = place;
        foreach (var document in more)
        {
            if (!places.TryGetValue(KeyOf(document), out var place))
            {
                places.Add(KeyOf(document), merged.Count);
                merged.Add(document);
                isNew = true;
            }
            else if (!merged[place].Bytes.Span.SequenceEqual(document.Bytes.Span))
            {
                merged[place] = document;
                isNew = true;
            }
        }

        return isNew ? new BroughtResources(merged) : this;
    }

    private static (string Type, string Url, string? Version) KeyOf(ResourceDocument document) =>
        (document.ResourceType, document.Root.TextOf("url") ?? Convert.ToHexString(SHA256.HashData(document.Bytes.Span)), document.Root.TextOf("version"));
}
