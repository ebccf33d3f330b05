using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Search.Requests;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>A parameter that searches of every type have and no SearchParameter of R4 defines. https://hl7.org/fhir/R4/search.html#Summary</summary>
/// <param name="Type">Of https://hl7.org/fhir/R4/valueset-search-param-type.html</param>
/// <param name="Summary">What it takes.</param>
/// <param name="IsResult">Whether it is about the form of the answer and no criterion.</param>
public sealed record OfferedParameter(string Name, SearchParameterType Type, string Summary, bool IsResult)
{
    /// <summary>Whether only searches of the whole system have it.</summary>
    public bool IsForSystem { get; init; }

    /// <summary>Each with a search of <c>Patient</c> that uses it: what the binding takes is offered.</summary>
    private static readonly (OfferedParameter Parameter, string Name, string Value)[] Known =
    [
        (new("_has", SearchParameterType.String, "Resources that others refer to: _has:[type]:[reference]:[parameter]", false), "_has:Observation:patient:code", "a"),
        (new("_list", SearchParameterType.String, "Resources that a List names", false), "_list", "a"),
        (new("_filter", SearchParameterType.Special, "An expression of criteria, see https://hl7.org/fhir/R4/search_filter.html", false), "_filter", "active eq true"),
        (new("_type", SearchParameterType.Token, "Resource types, separated by comma; for a search of the whole system", false) { IsForSystem = true }, "_type", "Patient"),
        (new("_contained", SearchParameterType.String, "false, true or both: whether contained resources are searched", true), "_contained", "true"),
        (new("_containedType", SearchParameterType.String, "container or contained: what the answer holds where contained resources match", true), "_containedType", "contained"),
        (new("_sort", SearchParameterType.String, "Search parameters in the order of their weight, a hyphen before a descending one; also _id, _lastUpdated and, with _text or _content, _score", true), "_sort", "-_lastUpdated"),
        (new("_count", SearchParameterType.Number, "Matches on a page; 0 gives the number of matches alone", true), "_count", "1"),
        (new("_total", SearchParameterType.Token, "none, estimate or accurate", true), "_total", "accurate"),
        (new("_summary", SearchParameterType.Token, "true, text, data, count or false", true), "_summary", "true"),
        (new("_elements", SearchParameterType.String, "Elements that the answer holds, separated by comma", true), "_elements", "active"),
        (new("_include", SearchParameterType.String, "Resources that matches refer to: [type]:[parameter], [type]:[parameter]:[target type] or [type]:*; with :iterate also from included ones", true), "_include", "Patient:organization"),
        (new("_revinclude", SearchParameterType.String, "Resources that refer to matches, written as for _include", true), "_revinclude", "Observation:patient"),
    ];

    /// <summary>Those that this server has, criteria first.</summary>
    public static IReadOnlyList<OfferedParameter> Of(SearchParameterRegistry registry) =>
        [.. Known.Where(each => IsTaken(each.Parameter.IsForSystem ? null : "Patient", each.Name, each.Value, registry)).Select(each => each.Parameter)];

    private static bool IsTaken(string? resourceType, string name, string value, SearchParameterRegistry registry)
    {
        try
        {
            SearchRequest.Bind(resourceType, [new(name, value)], registry, SearchOptions.Default with { Strict = true });
            return true;
        }
        catch (FhirException)
        {
            return false;
        }
    }

    /// <summary>The modifiers and other forms of a parameter of a type, as a sentence or two for people; empty for none.</summary>
    public static string FormsOf(SearchParameter parameter, SearchParameterRegistry registry)
    {
        List<string> forms = [];
        var modifiers = OfferedModifiers.Of(parameter, registry);
        if (modifiers.Count > 0) forms.Add($"Modifiers: {string.Join(", ", modifiers.Select(modifier => ":" + modifier))}.");
        if (parameter.Type is SearchParameterType.Number or SearchParameterType.Date or SearchParameterType.Quantity)
            forms.Add("Prefixes: eq, ne, gt, lt, ge, le, sa, eb, ap.");
        if (parameter is { Type: SearchParameterType.Special, HasRows: true }) forms.Add("[latitude]|[longitude]|[distance]|[unit]: within 50 km without a distance, in km without a unit of UCUM.");
        if (parameter.Type == SearchParameterType.Reference) forms.Add($"Chained: {parameter.Code}.[parameter].");
        return string.Join(' ', forms);
    }
}
