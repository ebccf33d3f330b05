using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The read interaction: the current version of one resource.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#read</remarks>
public sealed class ReadInteraction(ResourceStore store)
{
    /// <returns>200 with the resource; ETag and Last-Modified come from its meta.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c> when the id was never used, <c>deleted</c> when its last version is a deletion.
    /// </exception>
    public async ValueTask<FhirResponse> HandleAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken)
            ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));

        if (current.IsDeleted)
            throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."));

        // A version that stays in memory keeps its answer: two that make it at once make the same.
        if (current.Rendering is FhirResponse made) return made;
        var answer = FhirResponse.Ok(current);
        current.Rendering = answer;
        return answer;
    }
}
