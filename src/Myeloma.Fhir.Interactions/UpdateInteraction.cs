using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The update interaction: a new version of a resource, or its first one under an id that the client chose.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#update</remarks>
public sealed class UpdateInteraction(ResourceWriting writing, ResourceIntake intake)
{
    /// <param name="body">A resource with the type and id of <paramref name="key"/>.</param>
    /// <param name="ifMatch">The version that has to be the current one; null when any will do.</param>
    /// <param name="wanted">What the client asked to get back; remarks are made only for whom they are shown.</param>
    /// <returns>201 for the first version, 200 for a further one, 200 with the current version when nothing differs.</returns>
    /// <exception cref="FhirException">
    /// All faults of the body together; <c>conflict</c> when another version is current than <paramref name="ifMatch"/> says.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(
        ResourceKey key, ReadOnlyMemory<byte> body, int? ifMatch, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        var document = intake.Read(body, key.Type);
        ResourceIntake.CheckId(document, key.Id);
        return await writing.WriteAsync(new WriteOperation.Update(key, document, ifMatch), wanted, cancellationToken);
    }
}
