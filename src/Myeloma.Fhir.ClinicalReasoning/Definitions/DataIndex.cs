using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Definitions;

/// <summary>The resources that came along with a request, Bundles opened, found by reference and by type.</summary>
internal sealed class DataIndex
{
    private readonly Dictionary<string, Element> byReference = new(StringComparer.Ordinal);
    private readonly List<Element> all = [];

    public DataIndex(IEnumerable<Element> data)
    {
        foreach (var resource in data) Add(resource, null);
    }

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<Element> All => all;

    /// <summary>By <c>Type/id</c> or the fullUrl of an entry, with or without the version.</summary>
    /// <returns>Null when it did not come along.</returns>
    public Element? Find(string reference)
    {
        var history = reference.IndexOf("/_history/", StringComparison.Ordinal);
        return byReference.TryGetValue(history < 0 ? reference : reference[..history], out var found) ? found : null;
    }

    private void Add(Element resource, string? fullUrl)
    {
        if (resource.Type.Name == "Bundle")
        {
            foreach (var entry in resource.Children("entry"))
                if (entry.Child("resource") is { } inside) Add(ResourceDocument.Of(inside).Root, entry.TextOf("fullUrl"));
            return;
        }

        all.Add(resource);
        if (fullUrl is not null) byReference.TryAdd(fullUrl, resource);
        if (resource.TextOf("id") is { } id) byReference.TryAdd($"{resource.Type.Name}/{id}", resource);
    }
}
