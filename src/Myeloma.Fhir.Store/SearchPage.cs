namespace Myeloma.Fhir.Store;

/// <summary>One page of a search, all of it as of one instant. https://hl7.org/fhir/R4/search.html</summary>
/// <param name="Matches">What is contained, where it is asked for by itself, has the id <c>Type/id#fragment</c>. In the order asked for; without one newest first.</param>
/// <param name="Includes">What _include and _revinclude add for these matches: each once, none that is a match on this page; grouped by nothing, newest first.</param>
/// <param name="Total">Number of matches over all pages; null when not asked for, or when it is above the limit of counting.</param>
/// <param name="NextCursor">Null on the last page. Legal in a URL as it is, bound to the search that gave it.</param>
/// <param name="PreviousCursor">The page before this one; null on the first page. Legal in a URL as it is.</param>
/// <param name="IncludesTruncated">Whether the limit of included resources cut some off; the Bundle then says so in an OperationOutcome.</param>
public sealed record SearchPage(
    IReadOnlyList<ResourceVersion> Matches,
    IReadOnlyList<ResourceVersion> Includes,
    int? Total,
    string? NextCursor,
    bool IncludesTruncated = false,
    string? PreviousCursor = null)
{
    /// <summary>How well each match meets the words of the search, above 0 and below 1; null for a search without <c>_text</c> and <c>_content</c>. https://hl7.org/fhir/R4/search.html#relevance</summary>
    public IReadOnlyList<decimal?>? Scores { get; init; }
}
