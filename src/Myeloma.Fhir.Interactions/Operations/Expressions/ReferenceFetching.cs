using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary><c>resolve()</c> for one request: entries of the Bundle that is evaluated over, then resources of this server.</summary>
/// <remarks>An evaluation does no I/O: what it misses is noted, fetched, and there when it is done again.</remarks>
internal sealed class ReferenceFetching(ResourceStore store, ExpressionRequest request, int maxReferences)
{
    private readonly Dictionary<LocalReference, ResourceDocument?> fetched = [];
    private readonly HashSet<LocalReference> pending = [];
    private Dictionary<string, Element>? entries;

    /// <summary>Whether something was asked for that is not fetched yet.</summary>
    public bool HasPending => pending.Count > 0;

    /// <returns>Null for what leads nowhere, and for what is not fetched yet.</returns>
    public Element? Resolve(string reference)
    {
        if ((entries ??= EntriesOf(request.Resource)).TryGetValue(reference, out var entry)) return entry;
        if (LocalReference.Find(reference, request.BaseUrl) is not { } local) return null;
        if (fetched.TryGetValue(local, out var document)) return document?.Root;
        pending.Add(local);
        return null;
    }

    /// <summary>Fetches what was missed.</summary>
    /// <returns>False when nothing was.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: more resources than one expression may fetch.</exception>
    public async Task<bool> FetchAsync(CancellationToken cancellationToken)
    {
        if (pending.Count == 0) return false;
        if (fetched.Count + pending.Count > maxReferences)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"resolve() leads to more than {maxReferences:N0} resources, the limit of this server (setting Fhir:FhirPathMaxReferences).")));
        foreach (var local in pending)
        {
            var version = await local.FetchAsync(store, cancellationToken);
            fetched[local] = version is null || version.IsDeleted ? null : ResourceDocument.Parse(version.Body);
        }

        pending.Clear();
        return true;
    }

    /// <summary>By fullUrl, and by type and id. https://hl7.org/fhir/R4/bundle.html#references</summary>
    private static Dictionary<string, Element> EntriesOf(ResourceDocument? document)
    {
        var entries = new Dictionary<string, Element>(StringComparer.Ordinal);
        if (document is not { ResourceType: "Bundle" }) return entries;
        foreach (var entry in document.Root.Children("entry"))
        {
            if (entry.Child("resource") is not { } resource) continue;
            if (entry.TextOf("fullUrl") is { } fullUrl) entries.TryAdd(fullUrl, resource);
            if (resource.TextOf("id") is { } id) entries.TryAdd($"{resource.Type.Name}/{id}", resource);
        }

        return entries;
    }
}
