using Myeloma.Fhir.Search.Criteria;
using Npgsql;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Searches that look into containers. https://hl7.org/fhir/R4/search.html#contained</summary>
/// <remarks>
/// The words of the statement are those of other searches: the schema <c>with_contained</c> gives them tables with more in them. What matches is gathered whole, because a
/// container stands in the answer once, however much in it matches. src/decisions/contained-resources.md has the reasons.
/// </remarks>
internal static class ContainedSql
{
    private static readonly Alias Match = Alias.Match;

    private const string EnterText = """
        SELECT set_config('search_path', 'with_contained, ' || current_setting('search_path'), true), set_config('plan_cache_mode', 'force_custom_plan', true)
        """;

    private const string LeaveText = """
        SELECT set_config('search_path', substr(current_setting('search_path'), length('with_contained, ') + 1), true)
        """;

    /// <summary>Stands before a statement about views, so that its plan is not taken for that of the same words about tables.</summary>
    public const string Mark = "/* with contained */ ";

    public static NpgsqlBatchCommand Enter() => new(EnterText);

    /// <summary>From here the names of the tables mean the tables again, within a transaction that goes on.</summary>
    public static NpgsqlBatchCommand Leave() => new(LeaveText);

    /// <summary>The common table expression <c>few</c>: every match; of several in one container, where containers are asked for, the first.</summary>
    public static Sql Few(BoundSearch search)
    {
        var match = MatchSql.Of(search);
        Sql rid = search.ReturnsContained ? (Sql)$"{Match}.rid" : $"min({Match}.rid)";
        Sql only = search.Contained == ContainedMode.True ? (Sql)$" AND c.rid IS NOT NULL" : $"";
        Sql group = search.ReturnsContained ? (Sql)$"" : $" GROUP BY coalesce(c.container, {Match}.rid)";
        return $"""
            few AS MATERIALIZED (
                SELECT {rid} AS rid FROM {match.Source} LEFT JOIN contained.resource c ON c.rid = {Match}.rid WHERE {match.Conditions}{only}{group})
            """;
    }

    /// <summary>The matches of a page, each with its version or that of its container.</summary>
    public static Sql Found(BoundSearch search, Sql score) => search.ReturnsContained
        ? (Sql)$"""
            SELECT 0 AS kind, page.place, r.rid, r.type, r.id, r.version, r.method, r.body, page.keys, {score} AS total
            FROM page JOIN resource r ON r.rid = page.rid
            """
        : $"""
            SELECT 0 AS kind, page.place, page.rid, r.type, r.id, r.version, r.method, r.body, page.keys, {score} AS total
            FROM page LEFT JOIN contained.resource c ON c.rid = page.rid JOIN resource r ON r.rid = coalesce(c.container, page.rid)
            """;

    /// <summary>Where includes start: containers in whose stead something contained stands on the page, and all other matches.</summary>
    public static Sql Matched(BoundSearch search) => search.ReturnsContained
        ? (Sql)$"SELECT rid FROM page ORDER BY place LIMIT {new RowLimit(search.Count)}"
        : $"""
            SELECT coalesce(c.container, p.rid) AS rid FROM (SELECT rid FROM page ORDER BY place LIMIT {new RowLimit(search.Count)}) p
            LEFT JOIN contained.resource c ON c.rid = p.rid
            """;
}
