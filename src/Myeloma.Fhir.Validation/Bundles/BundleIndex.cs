using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Validation.Base;

namespace Myeloma.Fhir.Validation.Bundles;

/// <summary>The entries of a bundle by fullUrl, and what a reference from one of them means. https://hl7.org/fhir/R4/bundle.html#references</summary>
internal sealed class BundleIndex
{
    private readonly Dictionary<string, Place> byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Place> byTypeAndId = new(StringComparer.Ordinal);
    private readonly Dictionary<Element, string> fullUrls = [];
    private readonly Dictionary<string, Element> byCanonical = new(StringComparer.Ordinal);

    public BundleIndex(Element bundle)
    {
        foreach (var entry in bundle.Children("entry"))
        {
            if (entry.Child("resource") is not { } resource) continue;
            var version = resource.Child("meta")?.TextOf("versionId");
            if (resource.TextOf("url") is { } canonical)
            {
                byCanonical.TryAdd(canonical, resource);
                if (resource.TextOf("version") is { } business) byCanonical.TryAdd($"{canonical}|{business}", resource);
            }

            if (entry.TextOf("fullUrl") is { } fullUrl)
            {
                fullUrls[resource] = fullUrl;
                Add(byUrl, fullUrl, resource);
                if (version is not null) Add(byUrl, $"{fullUrl}/_history/{version}", resource);
            }

            if (resource.TextOf("id") is not { } id) continue;
            Add(byTypeAndId, $"{resource.Type.Name}/{id}", resource);
            if (version is not null) Add(byTypeAndId, $"{resource.Type.Name}/{id}/_history/{version}", resource);
        }
    }

    /// <returns>Null when the entry states none.</returns>
    public string? FullUrlOf(Element resource) => fullUrls.GetValueOrDefault(resource);

    /// <returns>The first entry with that canonical url, and version if one is asked for; null when there is none.</returns>
    public Element? FindCanonical(string canonical) => byCanonical.TryGetValue(canonical.Split('#')[0], out var found) ? found : null;

    /// <param name="fullUrl">Of the entry that holds the reference: a relative one is taken as relative to its base.</param>
    /// <returns>The first entry that the reference means; null when there is none.</returns>
    public Element? Find(string reference, string? fullUrl) => FindPlace(reference, fullUrl) is { } place ? place.Resource : null;

    /// <summary>Whether several entries are meant alike.</summary>
    public bool IsAmbiguous(string reference, string? fullUrl) => FindPlace(reference, fullUrl) is { Count: > 1 };

    private Place? FindPlace(string reference, string? fullUrl)
    {
        var text = reference.Split('#')[0];
        if (Lookup(text, fullUrl) is { } exact) return exact;

        // A version that no entry bears may be that of an entry which does not tell its own.
        var current = ReferenceText.Plain(text).ToString();
        return current != text && Lookup(current, fullUrl) is { } place && place.Resource.Child("meta")?.Child("versionId") is null ? place : null;
    }

    private Place? Lookup(string text, string? fullUrl)
    {
        if (byUrl.TryGetValue(text, out var found)) return found;
        if (ReferenceText.IsAbsolute(text)) return null;
        if (fullUrl is not null && BaseOf(fullUrl) is { } start) return byUrl.TryGetValue(start + text, out found) ? found : null;

        // From an entry without a fullUrl of the form base/Type/id (urn:uuid, none) others are found by their own type and id.
        return byTypeAndId.TryGetValue(text, out found) ? found : null;
    }

    private static void Add(Dictionary<string, Place> places, string key, Element resource) =>
        places[key] = places.TryGetValue(key, out var known) ? known with { Count = known.Count + 1 } : new Place(resource, 1);

    /// <summary><c>http://example.org/fhir/</c> of <c>http://example.org/fhir/Patient/1</c>; null when there is none.</summary>
    private static string? BaseOf(string fullUrl)
    {
        if (fullUrl.StartsWith("urn:", StringComparison.Ordinal)) return null;
        var id = fullUrl.LastIndexOf('/');
        var type = id > 0 ? fullUrl.LastIndexOf('/', id - 1) : -1;
        return type > 0 ? fullUrl[..(type + 1)] : null;
    }

    private readonly record struct Place(Element Resource, int Count);
}
