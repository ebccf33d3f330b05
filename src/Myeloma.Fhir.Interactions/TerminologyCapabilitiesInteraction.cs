using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions;

/// <summary>The capabilities interaction in its mode <c>terminology</c>: which code systems codes can be asked of, made of what is loaded now.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#capabilities, https://hl7.org/fhir/R4/terminologycapabilities.html</remarks>
public sealed class TerminologyCapabilitiesInteraction(CurrentDefinitions definitions, IReadOnlyList<OperationDefinition> operations, TimeProvider time)
{
    private readonly DateTimeOffset started = time.GetUtcNow();

    /// <returns>200 with TerminologyCapabilities: every version of every code system of R4 and of those stored, on whichever server they were written.</returns>
    /// <exception cref="FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<FhirResponse> HandleAsync(InteractionContext context, CancellationToken cancellationToken)
    {
        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        var systems = catalog.Describe(await definitions.UrlsAsync("CodeSystem", cancellationToken));
        return FhirResponse.Ok(new ResourceContent("TerminologyCapabilities", TerminologyCapabilitiesWriter.Write(systems, operations, context.BaseUrl, started)));
    }
}
