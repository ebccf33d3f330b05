using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The create interaction: a new resource under an id that the server gives.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#create</remarks>
/// <param name="newId">Gives ids that were never used: legal, at most 64 characters.</param>
public sealed class CreateInteraction(ResourceStore store, ResourceIntake intake, CurrentSearchParameters searchParameters, Func<string> newId)
{
    /// <param name="body">A resource of <paramref name="resourceType"/>; an id in it is passed over.</param>
    /// <returns>201 with the resource as stored, its version and its location.</returns>
    /// <exception cref="FhirException">All faults of the body together.</exception>
    public async Task<FhirResponse> HandleAsync(string resourceType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var document = intake.Read(body, resourceType);
        var results = await store.WriteAsync([new WriteOperation.Create(new ResourceKey(resourceType, newId()), document)], cancellationToken);
        await searchParameters.AfterWriteAsync(results, cancellationToken);
        return FhirResponse.Written(results[0]);
    }
}
