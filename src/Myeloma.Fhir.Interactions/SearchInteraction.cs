using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The search interaction: the current resources of one type for which all criteria hold.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#search</remarks>
public sealed class SearchInteraction(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options)
{
    /// <summary>With the value true: how the search is understood and done, instead of its matches; for those who run the server, see <see cref="SearchOptions.MayExplain"/>.</summary>
    private const string Explain = "__explain";

    /// <param name="resourceType">Null for all types.</param>
    /// <param name="parameters">Decoded, in the order of the request; those about the answer's form (<c>_format</c>, <c>_pretty</c>) left out.</param>
    /// <returns>
    /// 200 with a bundle of type searchset: matches, then what was included, then one OperationOutcome when there is something to say
    /// (an unknown parameter that was passed over, includes cut at the limit). No match gives a bundle without matches.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: a value that can't be read, or an unknown parameter under strict handling; <c>not-supported</c>: a form of parameter that is not offered.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(
        string? resourceType, IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, CancellationToken cancellationToken)
    {
        var explain = options.MayExplain && parameters.Any(parameter => parameter is { Key: Explain, Value: "true" });
        if (explain) parameters = [.. parameters.Where(parameter => parameter.Key != Explain)];
        var search = SearchRequest.Bind(resourceType, parameters, searchParameters.Registry, options with { Strict = context.IsStrict, BaseUrl = context.BaseUrl });
        if (explain) return FhirResponse.Ok(new ExplanationContent(search, await store.ExplainAsync(search, cancellationToken)));
        var page = await store.SearchAsync(search, cancellationToken);
        return FhirResponse.Ok(new SearchsetContent(search, page, context));
    }
}
