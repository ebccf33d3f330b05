using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Search.Requests;

namespace Myeloma.Fhir.Search;

/// <summary>From the words of a request to a search that can be run. https://hl7.org/fhir/R4/search.html</summary>
public static class SearchRequest
{
    /// <summary>The parameter of a paging link that carries the store's cursor.</summary>
    public const string CursorParameter = "_cursor";

    /// <param name="resourceType">A concrete resource type; null: all types, or those of <c>_type</c>, searched by what they have in common.</param>
    /// <param name="parameters">Names with modifier or chain, and values, percent-decoded, in the order of the request.</param>
    /// <returns>What is unknown is ignored with a warning in <see cref="BoundSearch.Issues"/>, unless handling is strict.</returns>
    /// <exception cref="Model.Issues.FhirException">
    /// All faults together: <c>value</c> for malformed values, <c>not-supported</c> for modifiers that the parameter does not have here,
    /// <c>too-costly</c> past a limit, <c>transient</c> for a parameter that is still being indexed; when strict, also <c>invalid</c> and
    /// <c>not-supported</c> for parameters that are unknown here. The expression names the parameter.
    /// </exception>
    public static BoundSearch Bind(
        string? resourceType, IReadOnlyList<KeyValuePair<string, string>> parameters, SearchParameterRegistry registry, SearchOptions options) =>
        new RequestBinding(resourceType, registry, options).Bind(parameters);
}
