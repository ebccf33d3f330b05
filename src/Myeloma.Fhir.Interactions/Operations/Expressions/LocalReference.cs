using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>A literal reference to a resource of this server. https://hl7.org/fhir/R4/references.html#literal</summary>
/// <param name="VersionId">0: the current one.</param>
internal sealed record LocalReference(ResourceKey Key, int VersionId)
{
    /// <summary><c>Patient/1</c>, <c>Patient/1/_history/2</c></summary>
    public string Text => VersionId == 0 ? Key.ToString() : $"{Key}/_history/{VersionId}";

    /// <returns>Null for what leads elsewhere or is no reference.</returns>
    public static LocalReference? Find(string reference, string baseUrl)
    {
        var path = reference.AsSpan();
        if (path.StartsWith(baseUrl, StringComparison.Ordinal) && path.Length > baseUrl.Length && path[baseUrl.Length] == '/') path = path[(baseUrl.Length + 1)..];
        if (path.IndexOfAny("?#:|") >= 0) return null;
        try
        {
            return RequestTarget.Parse(path) switch
            {
                { Kind: TargetKind.Instance or TargetKind.Version, Type: { } type, Id: { } id, VersionId: var version } => new(new ResourceKey(type, id), version),
                _ => null,
            };
        }
        catch (FhirException)
        {
            return null;
        }
    }

    /// <returns>Null when it was never there.</returns>
    public async Task<ResourceVersion?> FetchAsync(ResourceStore store, CancellationToken cancellationToken) => VersionId == 0
        ? await store.FindAsync(Key, cancellationToken)
        : await store.FindVersionAsync(Key, VersionId, cancellationToken);
}
