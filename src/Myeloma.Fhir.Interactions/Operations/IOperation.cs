using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>One operation: what it is called and takes, and what it does. https://hl7.org/fhir/R4/operations.html</summary>
public interface IOperation
{
    /// <summary>Always the same object.</summary>
    OperationDefinition Definition { get; }

    /// <param name="request">At a place the definition names, its parameters known, counted and of the right types.</param>
    /// <returns>
    /// 200 with the single resource that the operation gives, or with Parameters. Issues in an OperationOutcome carry the lines of the body as JSON
    /// (<see cref="InputResource"/> moves them there); the server's edge takes them to the lines of an XML body.
    /// </returns>
    /// <exception cref="FhirException">What makes the request impossible; of the types that the operation names.</exception>
    Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken);
}
