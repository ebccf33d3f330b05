using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$expunge</c>: takes the past versions of a resource away for good. Only offered where the setting says so.</summary>
/// <remarks>No operation of R4. https://hl7.org/fhir/R4/http.html#delete leaves it to the server whether past versions stay.</remarks>
public sealed class ExpungeOperation(ResourceStore store) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$expunge",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/expunge",
        Levels = OperationLevels.Instance,
        AffectsState = true,
    };

    /// <returns>200 with an OperationOutcome that says how many versions were removed. The current version stays; that of a deleted resource is its deletion, which goes too.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the id was never used.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(request.Type!, request.Id!);
        var removed = await store.ExpungeAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return FhirResponse.Ok(new OutcomeContent([Issue.Information(FormattableString.Invariant($"{removed:N0} versions of {key} were removed."))]));
    }
}
