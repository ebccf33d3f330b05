using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Hits of a set of codes that a server has listed: some of the list, and whatever was written since.</summary>
/// <remarks>A search by nothing else, newest first, needs no more than the next few of the list. src/decisions/code-sets.md has the reasons.</remarks>
internal sealed class ListedSource
{
    /// <summary>Of more versions that were written since it is cheaper to list anew.</summary>
    private const int MostFresh = 1_000;

    /// <summary>Some of the list may be superseded by now.</summary>
    private const int Spare = 16;

    private readonly string type;
    private readonly Criterion.TokenIn criterion;
    private readonly ListedHits hits;
    private readonly ReadOnlyMemory<long> part;

    private ListedSource(string type, Criterion.TokenIn criterion, ListedHits hits, ReadOnlyMemory<long> part, bool isWhole)
    {
        this.type = type;
        this.criterion = criterion;
        this.hits = hits;
        this.part = part;
        IsWhole = isWhole;
    }

    /// <summary>Whether no more of the list could follow.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether the statement found that too much was written since the hits were listed: for the page, or for the number of all.</summary>
    public bool IsStale { get; set; }

    /// <summary>The criterion of a search that a list can answer: the only one, many codes, newest first and forwards.</summary>
    public static Criterion.TokenIn? CriterionOf(BoundSearch search, SearchCursor? cursor) =>
        search is { ResourceType: { } type, Contained: ContainedMode.False, Criteria: [Criterion.TokenIn { Negated: false, Stored.Count: > 0 } only] }
            && only.Parameter.ResourceType == type && cursor?.Backward != true && new SortSql(search).IsNewestFirst && !TokenSetSql.Of(only).HasFewMembers ? only : null;

    /// <param name="factor">How many times as many as a page needs are tried.</param>
    public static ListedSource Of(BoundSearch search, Criterion.TokenIn criterion, SearchCursor? cursor, ListedHits hits, int factor)
    {
        var left = hits.After(cursor?.Rid);
        var wanted = Math.Min(left.Length, (long)factor * (search.Count + 1 + Spare));
        return new ListedSource(search.ResourceType!, criterion, hits, left[..(int)wanted], wanted == left.Length);
    }

    /// <summary>The common table expressions <c>fresh</c> and <c>few</c>.</summary>
    public Sql With
    {
        get
        {
            var match = Alias.Match with { IsNarrow = true };
            return $"""
                fresh AS MATERIALIZED (SELECT r.rid, r.deleted FROM resource r WHERE r.type = {type} AND r.rid >= {hits.Horizon} ORDER BY r.rid LIMIT {new RowLimit(MostFresh + 1)}),
                few AS MATERIALIZED (
                    SELECT {match}.rid FROM (SELECT f.rid FROM fresh f WHERE NOT f.deleted) {match} WHERE {IsUsable} AND {TokenSetSql.Of(criterion).Holds(match)}
                    UNION ALL
                    SELECT {match}.rid FROM unnest({part.ToArray()}) {match}(rid) WHERE {IsUsable} AND EXISTS (SELECT FROM resource r WHERE r.rid = {match}.rid AND NOT r.deleted OFFSET 0))
                """;
        }
    }

    /// <summary>A row of kind 3 when too much was written since; of kind 2 with the number of hits, where nothing was, or else without.</summary>
    public Sql Total(bool isCounted) => $"""

        UNION ALL
        SELECT CASE WHEN {IsUsable} THEN 2 ELSE 3 END, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE WHEN NOT EXISTS (SELECT FROM fresh) THEN {(long)hits.Rids.Length} END
        {(isCounted ? Sql.Empty : (Sql)$"WHERE NOT {IsUsable}")}
        """;

    private static Sql IsUsable => $"(SELECT count(*) FROM fresh) <= {new RowLimit(MostFresh)}";
}
