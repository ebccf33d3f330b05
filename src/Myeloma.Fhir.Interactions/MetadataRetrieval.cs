using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions;

/// <summary><c>[base]/metadata</c> in each of its modes. https://hl7.org/fhir/R4/http.html#capabilities</summary>
public sealed class MetadataRetrieval(CapabilitiesInteraction capabilities, TerminologyCapabilitiesInteraction terminology)
{
    /// <param name="parameters">Of the URL; <c>mode</c> is <c>full</c> (also where it is missing), <c>normative</c>, which may be answered as full, or <c>terminology</c>.</param>
    /// <returns>200 with a CapabilityStatement or TerminologyCapabilities.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: another mode; <c>transient</c>: the database can't be reached.</exception>
    public async Task<FhirResponse> HandleAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, CancellationToken cancellationToken) =>
        parameters.FirstOrDefault(parameter => parameter.Key == "mode").Value switch
        {
            null or "full" or "normative" => capabilities.Handle(context),
            "terminology" => await terminology.HandleAsync(context, cancellationToken),
            var other => throw new FhirException(Issue.Invalid($"The mode of the capabilities is full, normative or terminology, not '{other}'.")),
        };
}
