using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.Caching;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>What a request brings along and sends, under the terminology cache that it names.</summary>
internal static class CachedResources
{
    /// <param name="id">The header X-Cache-Id.</param>
    /// <param name="parameters">Those of the request with their resources; Parameters among these are looked into, as those of a batch's questions.</param>
    /// <returns>The resources of the cache, and those of <c>tx-resource</c>.</returns>
    /// <inheritdoc cref="TerminologyCaches.Use" path="/exception"/>
    public static BroughtResources Use(TerminologyCaches caches, string id, IEnumerable<(string Name, ResourceDocument? Resource)> parameters)
    {
        var (brought, primary) = (new List<ResourceDocument>(), new List<ResourceDocument>());
        foreach (var (name, resource) in parameters)
        {
            if (resource is null) continue;
            if (name == "validation") primary.AddRange(Inside(resource));
            else if (name == "tx-resource") brought.Add(resource);
            else if (IsPrimary(name)) primary.Add(resource);
        }

        return caches.Use(id, brought, primary);
    }

    /// <summary>All that the questions of a batch carry; each of them keeps what it brings along to itself, unless the cache grows by it.</summary>
    private static IEnumerable<ResourceDocument> Inside(ResourceDocument question)
    {
        foreach (var parameter in question.Root.Children("parameter"))
        {
            if (parameter.TextOf("name") is not { } name || parameter.Child("resource") is not { IsResource: true } resource) continue;
            if (name == "validation") foreach (var each in Inside(ResourceDocument.Of(resource))) yield return each;
            else if (name == "tx-resource" || IsPrimary(name)) yield return ResourceDocument.Of(resource);
        }
    }

    private static bool IsPrimary(string name) => name is "valueSet" or "codeSystem" or "thisValueSet" or "otherValueSet";
}
