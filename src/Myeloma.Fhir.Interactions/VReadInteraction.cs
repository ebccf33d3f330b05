using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The vread interaction: one version of one resource.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#vread</remarks>
public sealed class VReadInteraction(ResourceStore store)
{
    /// <returns>200 with that version as it was, whether current or not.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c> when the id or the version was never used, <c>deleted</c> when that version is the deletion.
    /// </exception>
    public async ValueTask<FhirResponse> HandleAsync(ResourceKey key, int versionId, CancellationToken cancellationToken)
    {
        var version = await store.FindVersionAsync(key, versionId, cancellationToken)
            ?? throw new FhirException(Issue.NotFound($"{key} has no version {versionId} here."));

        if (version.IsDeleted)
            throw new FhirException(Issue.Deleted($"Version {versionId} of {key} is its deletion at {BundleWriting.Instant(version.LastUpdated)}."));

        return FhirResponse.Ok(version);
    }
}
