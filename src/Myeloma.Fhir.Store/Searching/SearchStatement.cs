using Myeloma.Fhir.Search.Criteria;
using Npgsql;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>The one statement of a search: matches of the page and one more, what they include, and the total.</summary>
/// <remarks>
/// Rows are <c>kind, place, rid, type, id, version, method, body, keys, total</c>; kind 0 is a match (place gives the order, the one
/// past the page tells that there is a next one), 1 an included resource, 2 the total.
/// </remarks>
internal sealed class SearchStatement
{
    /// <summary>Asks for plans made for the values at hand, for this statement alone. One plan for all values misjudges rare ones.</summary>
    private const string CustomPlanText = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)";

    private static readonly Alias Match = Alias.Match;

    private readonly Sql statement;
    private readonly bool isPlain;

    private SearchStatement(Sql statement, bool isPlain)
    {
        this.statement = statement;
        this.isPlain = isPlain;
    }

    /// <summary>Puts the statement, and what it needs before it, into a batch.</summary>
    /// <returns>Number of results to pass over before the rows come.</returns>
    public int AddTo(NpgsqlBatch batch)
    {
        if (!isPlain) batch.BatchCommands.Add(new NpgsqlBatchCommand(CustomPlanText));
        batch.BatchCommands.Add(statement.ToCommand());
        return isPlain ? 0 : 1;
    }

    /// <summary>Only the number of matches, however many: one row with one column.</summary>
    public static SearchStatement Count(BoundSearch search)
    {
        var match = MatchSql.Of(search);
        return new SearchStatement($"SELECT count(*) FROM {match.Source} WHERE {match.Conditions}", match.IsPlain);
    }

    /// <summary>Type, id and version of as many matches as <see cref="BoundSearch.Count"/> says, in no order.</summary>
    public static SearchStatement Keys(BoundSearch search)
    {
        var match = MatchSql.Of(search);
        return new SearchStatement(
            $"""
            SELECT r.type, r.id, r.version FROM (SELECT {Match}.rid FROM {match.Source} WHERE {match.Conditions} LIMIT {new RowLimit(search.Count)}) found
            JOIN resource r ON r.rid = found.rid
            """,
            match.IsPlain);
    }

    public static SearchStatement Page(BoundSearch search, SearchCursor? cursor, StoreOptions options)
    {
        var match = MatchSql.Of(search);
        var sort = new SortSql(search.Sort, cursor?.Backward == true);
        Sql after = cursor is null ? (Sql)$"" : $" AND {sort.After(cursor)}";
        Sql place = sort.HasKeys || search.Sort.Count > 0 ? (Sql)$"row_number() OVER (ORDER BY {sort.Order})" : cursor?.Backward == true ? (Sql)$"{Match}.rid" : $"-{Match}.rid";
        var includes = Includes(search, options);

        Sql statement = $"""
            {Recursion(search)} page AS MATERIALIZED (
                SELECT {Match}.rid, {place} AS place, {sort.Texts} AS keys FROM {match.Source} {sort.Joins}
                WHERE {match.Conditions}{after} ORDER BY {sort.Order} LIMIT {new RowLimit(search.Count + 1)}){includes.With}
            SELECT 0 AS kind, page.place, r.rid, r.type, r.id, r.version, r.method, r.body, page.keys, NULL::bigint AS total
            FROM page JOIN resource r ON r.rid = page.rid{includes.Rows}{Total(search, cursor, match, options)}
            """;
        return new SearchStatement(statement, match.IsPlain && !sort.HasKeys && search.Includes.Count == 0);
    }

    private static Sql Recursion(BoundSearch search) => search.Includes.Count == 0 ? (Sql)$"WITH" : $"WITH RECURSIVE";

    private static (Sql With, Sql Rows) Includes(BoundSearch search, StoreOptions options)
    {
        if (search.Includes.Count == 0) return ($"", $"");

        Sql with = $"""
            ,
            matched AS MATERIALIZED (SELECT rid FROM page ORDER BY place LIMIT {new RowLimit(search.Count)}),
            {IncludeSql.With(search.Includes, options)}
            """;
        return (with, $"""

            UNION ALL
            SELECT 1, -r.rid, r.rid, r.type, r.id, r.version, r.method, r.body, NULL, NULL
            FROM included JOIN resource r ON r.rid = included.rid
            """);
    }

    /// <summary>
    /// The total of a page that is not full is its length and needs no counting. Else the matches are counted, as far as the limit goes unless
    /// an exact number was asked for. Later pages carry the number in their cursor.
    /// </summary>
    private static Sql Total(BoundSearch search, SearchCursor? cursor, MatchSql match, StoreOptions options)
    {
        if (search.Total == TotalMode.None || cursor is not null) return $"";

        // In the order of the index, where there is one condition only: else a limit invites PostgreSQL to read the table with its bodies.
        Sql order = match.IsPlain ? (Sql)$" ORDER BY {Match}.rid DESC" : $"";
        Sql limit = search.Total == TotalMode.Accurate ? (Sql)$"" : $" LIMIT {new RowLimit(options.CountLimit + 1)}";
        return $"""

            UNION ALL
            SELECT 2, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*) FROM (SELECT FROM {match.Source} WHERE {match.Conditions}{order}{limit}) counted)
            WHERE (SELECT count(*) FROM page) > {new RowLimit(search.Count)}
            """;
    }
}
