using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Conditions;

/// <summary>Reads the criteria that select what a conditional interaction is about. https://hl7.org/fhir/R4/http.html#cond-update</summary>
public sealed class CriteriaBinding(CurrentSearchParameters searchParameters, SearchOptions limits)
{
    /// <summary>Binds the criteria of a conditional interaction.</summary>
    /// <param name="what">The interaction in words: <c>conditional create</c>.</param>
    /// <param name="most">Most matches to look for.</param>
    /// <exception cref="FhirException"><c>invalid</c>: no criteria, one without a value, one that only shapes the answer; what refuses a search. A parameter that is not known is refused whatever handling is preferred: passed over, it would select others.</exception>
    public WriteCondition Bind(string resourceType, IReadOnlyList<KeyValuePair<string, string>> criteria, string what, int most, string? baseUrl)
    {
        foreach (var (name, value) in criteria)
        {
            if (value.Length == 0)
                throw new FhirException(Issue.Invalid($"The criterion '{name}' of the {what} has no value; passed over it would let others match."));
            if (ShapesAnswer(name))
                throw new FhirException(Issue.Invalid($"'{name}' is no criterion: it says how an answer is to look, and has no place in a {what}."));
        }

        var search = SearchRequest.Bind(resourceType, [.. criteria, new("_count", "1")], searchParameters.Registry, limits with { MaxCount = 1, Strict = true, BaseUrl = baseUrl });
        if (criteria.Count == 0 || search.SelfParameters.All(parameter => parameter.Key == "_count"))
            throw new FhirException(Issue.Invalid($"A {what} needs criteria that select a {resourceType}, like identifier=system|value; without any it would be about all of them."));
        return new WriteCondition(search with { Count = most }, LocksOf(resourceType, criteria));
    }

    /// <summary>Whether a parameter selects nothing, but says how an answer is to look.</summary>
    internal static bool ShapesAnswer(string name) =>
        name is "_count" or "_sort" or "_total" or "_summary" or "_elements" or "_contained" or "_containedType" or "_score"
        || name.StartsWith("_include", StringComparison.Ordinal) || name.StartsWith("_revinclude", StringComparison.Ordinal);

    /// <summary>Criteria as they stand in If-None-Exist: with or without question mark, or type in front of it.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: broken percent-encoding, or another type in front.</exception>
    public static List<KeyValuePair<string, string>> Parse(string resourceType, string text)
    {
        var query = text.AsSpan().Trim();
        var mark = query.IndexOf('?');
        if (mark > 0 && query[..mark].IndexOf('=') < 0)
        {
            if (!query[..mark].SequenceEqual(resourceType))
                throw new FhirException(Issue.Invalid($"The criteria '{text}' are about another type than {resourceType}."));
            query = query[mark..];
        }

        return QueryText.Parse(query);
    }

    /// <summary>
    /// Writers with an identifier in common wait for each other, whatever else they ask for; without one those who ask for exactly the same do.
    /// </summary>
    private static List<string> LocksOf(string resourceType, IReadOnlyList<KeyValuePair<string, string>> criteria)
    {
        List<string> identifiers = [.. criteria.Where(each => each.Key == "identifier").Select(each => $"{resourceType}?identifier={each.Value}")];
        return identifiers.Count > 0
            ? identifiers
            : [$"{resourceType}?{string.Join('&', criteria.Select(each => $"{each.Key}={each.Value}").Order(StringComparer.Ordinal))}"];
    }
}
