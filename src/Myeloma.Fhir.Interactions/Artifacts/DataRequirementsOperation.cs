using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary><c>$data-requirements</c>: what an artifact and all it depends on need: definitions, parameters, codes and data of the patient.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-data-requirements.html. Nothing is stored.</remarks>
internal sealed class DataRequirementsOperation(ArtifactAccess access) : IOperation
{
    public OperationDefinition Definition { get; } =
        ArtifactOperations.Define("$data-requirements", "data-requirements", [new("expression", "string", Max: int.MaxValue), new("parameters", "Parameters")]);

    /// <returns>200 with a Library of type module-definition; what could not be had stands in the OperationOutcome it contains.</returns>
    /// <exception cref="Model.Issues.FhirException">
    /// What <see cref="ArtifactAccess.TraceAsync"/> names; <c>invalid</c>: an expression of a name that the artifact does not have.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var traced = await access.TraceAsync(request, cancellationToken);
        var requirements = RequirementReading.Of(traced.Resources, [.. request.Arguments("expression")]);
        return FhirResponse.Ok(new ModuleDefinitionContent(traced, requirements, request.Context.BaseUrl));
    }
}
