using System.Text;
using Myeloma.Fhir.Interactions.Responses;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$versions</c>: which versions of FHIR are spoken. https://hl7.org/fhir/R4/capabilitystatement-operation-versions.html</summary>
public sealed class VersionsOperation : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$versions",
        Url = "http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions",
        Levels = OperationLevels.System,
    };

    /// <returns>200 with Parameters: <c>version</c> and <c>default</c>, both 4.0 (major and minor number, as the operation says).</returns>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken) => Task.FromResult(FhirResponse.Ok(new ResourceContent("Parameters", Encoding.UTF8.GetBytes(
        """{"resourceType":"Parameters","parameter":[{"name":"version","valueCode":"4.0"},{"name":"default","valueCode":"4.0"}]}"""))));
}
