namespace Myeloma.Fhir.Store;

/// <summary>What to list of the past: all versions of a resource, of a type, or of everything. https://hl7.org/fhir/R4/http.html#history</summary>
/// <param name="Type">Null for the whole system.</param>
/// <param name="Id">Null for a whole type; needs <paramref name="Type"/>.</param>
/// <param name="Since">
/// Only versions made at this instant or later; null for all. Of a type or the system only those that are final: who asks again since the last version he saw misses none.
/// </param>
/// <param name="Count">Most versions on the page, 0 or more; 0 gives none, but the total.</param>
/// <param name="Cursor">Where to go on: <see cref="HistoryPage.NextCursor"/> of the page before; null for the first page.</param>
public sealed record HistoryQuery(string? Type, string? Id, DateTimeOffset? Since, int Count, string? Cursor)
{
    /// <summary>Only versions that were current at some time from the first instant up to, but without, the second; null for all.</summary>
    public (DateTimeOffset Start, DateTimeOffset End)? At { get; init; }
}

/// <summary>One page of versions, newest first, deletions among them.</summary>
/// <param name="Total">Number of versions over all pages as of this page, with Since honoured; null when counting would cost too much.</param>
/// <param name="NextCursor">Null on the last page. Legal in a URL as it is.</param>
public sealed record HistoryPage(IReadOnlyList<ResourceVersion> Versions, int? Total, string? NextCursor);
