using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The delete interaction: the resource is no longer there for read and search; its history stays.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#delete</remarks>
public sealed class DeleteInteraction(ResourceWriting writing)
{
    /// <param name="ifMatch">The version that has to be the current one; null when any will do.</param>
    /// <returns>204; also when there was nothing to delete, since the wish is fulfilled then too.</returns>
    /// <exception cref="FhirException"><c>conflict</c> when another version is current than <paramref name="ifMatch"/> says.</exception>
    public Task<FhirResponse> HandleAsync(ResourceKey key, int? ifMatch, CancellationToken cancellationToken) =>
        writing.WriteAsync(new WriteOperation.Delete(key, ifMatch), null, cancellationToken);
}
