using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Subscriptions;
using Npgsql;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>The one statement of a search: matches of the page and one more, what they include, and the total.</summary>
/// <remarks>
/// Rows are <c>kind, place, rid, type, id, version, method, body, keys, total</c>; kind 0 is a match (place gives the order, total the score in millionths where words are searched for; the one
/// past the page tells that there is a next one), 1 an included resource, 2 the total, 4 what the first
/// page of several sees (place is the newest rid, rid the time in milliseconds, type the snapshot), 3 that the narrow source has too many rows and nothing was looked for.
/// </remarks>
internal sealed class SearchStatement
{
    /// <summary>One plan, made once a connection: for statements whose shape is the plan, whatever the values.</summary>
    private const string OnePlan = "force_generic_plan";

    /// <summary>Asks for plans made for the values at hand, for this statement alone. One plan for all values misjudges rare ones.</summary>
    private const string CustomPlan = "force_custom_plan";

    private const string OnePlanText = "SELECT set_config('plan_cache_mode', '" + OnePlan + "', true)";

    private const string CustomPlanText = "SELECT set_config('plan_cache_mode', '" + CustomPlan + "', true)";

    /// <summary>Leaves the choice of plans to PostgreSQL again, within a transaction that goes on.</summary>
    public const string UsualPlansText = "SELECT set_config('plan_cache_mode', 'auto', true)";

    private static readonly Alias Match = Alias.Match;

    private readonly Sql statement;
    private readonly bool hasOnePlan;
    private readonly PageView? view;
    private readonly bool hasContained;

    private SearchStatement(Sql statement, bool hasOnePlan, PageView? view = null, bool hasContained = false)
    {
        this.hasContained = hasContained;
        this.statement = statement;
        this.hasOnePlan = hasOnePlan;
        this.view = view;
    }

    /// <summary>Puts the statement into a batch, between what it needs before and after it; its rows are the second result.</summary>
    /// <returns>The statement's own command.</returns>
    public NpgsqlBatchCommand AddTo(NpgsqlBatch batch)
    {
        var command = statement.ToCommand();
        batch.BatchCommands.Add(command);
        if (hasContained)
        {
            batch.BatchCommands.Insert(batch.BatchCommands.Count - 1, ContainedSql.Enter());
            command.CommandText = ContainedSql.Mark + command.CommandText;
            batch.BatchCommands.Add(ContainedSql.Leave());
            return command;
        }

        batch.BatchCommands.Insert(batch.BatchCommands.Count - 1, view?.Enter(hasOnePlan ? OnePlan : CustomPlan) ?? new NpgsqlBatchCommand(hasOnePlan ? OnePlanText : CustomPlanText));
        if (view is null) return command;

        command.CommandText = PageView.Mark + command.CommandText;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PageView.LeaveText));
        return command;
    }

    /// <summary>Only the number of matches, however many: one row with one column, which is null where the narrow source has too many rows.</summary>
    public static SearchStatement Count(BoundSearch search, NarrowSource? narrow)
    {
        if (search.Contained != ContainedMode.False) return new SearchStatement($"WITH {ContainedSql.Few(search)} SELECT count(*) FROM few", hasOnePlan: false, hasContained: true);
        if (narrow is not null) return new SearchStatement($"WITH {Few(search, narrow)} SELECT CASE WHEN {narrow.IsComplete} THEN (SELECT count(*) FROM few) END", hasOnePlan: true);
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

    /// <summary>
    /// Keeps which versions of a range match a subscription, and moves it to the end of the range, or behind the last match where the limit cut it off. One row with the number of matches;
    /// none, and nothing kept, when the subscription is not where it was thought to be.
    /// </summary>
    public static SearchStatement Keep(SubscriptionBehind behind, BoundSearch search, long end, int limit)
    {
        var match = MatchSql.Of(search);
        return new SearchStatement(
            $"""
            WITH mine AS MATERIALIZED (
                SELECT s.id, s.channel FROM subscription s
                WHERE s.id = {behind.Id} AND s.version = {behind.Version} AND s.state = 'active' AND s.watermark = {behind.Watermark} FOR UPDATE),
            found AS MATERIALIZED (
                SELECT {Match}.rid FROM {match.Source} WHERE {match.Conditions} AND {Match}.rid >= {behind.Watermark} AND {Match}.rid < {end} ORDER BY {Match}.rid LIMIT {new RowLimit(limit)}),
            kept AS (INSERT INTO subscription_notification (subscription_id, rid) SELECT mine.id, found.rid FROM mine, found WHERE mine.channel = 'rest-hook' ON CONFLICT DO NOTHING),
            told AS MATERIALIZED (SELECT pg_notify({SubscriptionPings.Channel}, mine.id) FROM mine WHERE mine.channel = 'websocket' AND EXISTS (SELECT FROM found))
            UPDATE subscription s SET watermark = CASE WHEN (SELECT count(*) FROM found) < {new RowLimit(limit)} THEN {end} ELSE (SELECT max(found.rid) + 1 FROM found) END
            FROM mine WHERE s.id = mine.id
            RETURNING (SELECT count(*) FROM found), (SELECT count(*) FROM told)
            """,
            hasOnePlan: false);
    }

    /// <param name="narrow">And <paramref name="listed"/>: at most one of them.</param>
    public static SearchStatement Page(BoundSearch search, SearchCursor? cursor, StoreOptions options, NarrowSource? narrow, ListedSource? listed = null)
    {
        var hasContained = search.Contained != ContainedMode.False;
        var match = narrow is null && listed is null && !hasContained ? MatchSql.Of(search) : null;
        var sort = new SortSql(search, cursor?.Backward == true);
        Sql after = cursor is null ? (Sql)$"" : $" AND {sort.After(cursor)}";
        Sql place = sort.HasKeys || search.Sort.Count > 0 ? (Sql)$"row_number() OVER (ORDER BY {sort.Order})" : cursor?.Backward == true ? (Sql)$"{Match}.rid" : $"-{Match}.rid";
        Sql few = hasContained ? (Sql)$"{ContainedSql.Few(search)}," : listed is not null ? (Sql)$"{listed.With}," : narrow is null ? (Sql)$"" : $"{Few(search, narrow)},";
        var score = ScoreSql.Millionths(search, $"page.rid");
        Sql found = hasContained
            ? ContainedSql.Found(search, score)
            : $"SELECT 0 AS kind, page.place, r.rid, r.type, r.id, r.version, r.method, r.body, page.keys, {score} AS total FROM page JOIN resource r ON r.rid = page.rid";
        Sql total = match is not null ? Total(search, cursor, match, options) : hasContained ? TotalOfFew : listed?.Total(search.Total != TotalMode.None && cursor is null) ?? Total(narrow!);
        var includes = Includes(search, options);

        Sql statement = $"""
            {Recursion(search)} {few} page AS MATERIALIZED (
                SELECT {Match}.rid, {place} AS place, {sort.Texts} AS keys FROM {match?.Source ?? $"few {Match}"} {sort.Joins}
                WHERE {match?.Conditions ?? $"TRUE"}{after} ORDER BY {sort.Order} LIMIT {new RowLimit(search.Count + 1)}){includes.With}
            {found}{includes.Rows}{total}{(cursor is null && !hasContained ? View(search) : (Sql)$"")}
            """;
        return new SearchStatement(statement, match is null || (match.IsPlain && !sort.HasKeys && search.Includes.Count == 0), hasContained ? null : cursor?.View, hasContained);
    }

    /// <summary>The versions of a narrow source that fulfil the other criteria, each looked at by itself.</summary>
    private static Sql Few(BoundSearch search, NarrowSource narrow)
    {
        var match = Match with { IsNarrow = true };
        var others = NarrowSource.Conditions(search).Where(criterion => !ReferenceEquals(criterion, narrow.Criterion))
            .Select(criterion => CriterionSql.Holds(match, search.ResourceType, criterion));
        return $"""
            {narrow.With},
            few AS MATERIALIZED (SELECT {match}.rid FROM (SELECT DISTINCT rid FROM {narrow.Rows}) {match} WHERE {Sql.Join($" AND ", [narrow.IsComplete, .. others])})
            """;
    }

    private static Sql TotalOfFew => $"""

        UNION ALL
        SELECT 2, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*) FROM few)
        """;

    /// <summary>Of few matches the number is at hand.</summary>
    private static Sql Total(NarrowSource narrow) => $"""

        UNION ALL
        SELECT CASE WHEN {narrow.IsComplete} THEN 2 ELSE 3 END, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*) FROM few)
        """;

    /// <summary>What the statement itself sees, for the pages that follow.</summary>
    private static Sql View(BoundSearch search) => $"""

        UNION ALL
        SELECT 4, (SELECT max(rid) FROM resource), (extract(epoch FROM clock_timestamp()) * 1000)::bigint, pg_current_snapshot()::text, NULL, NULL, NULL, NULL, NULL, NULL
        WHERE (SELECT count(*) FROM page) > {new RowLimit(search.Count)}
        """;

    private static Sql Recursion(BoundSearch search) => search.Includes.Count == 0 ? (Sql)$"WITH" : $"WITH RECURSIVE";

    private static (Sql With, Sql Rows) Includes(BoundSearch search, StoreOptions options)
    {
        if (search.Includes.Count == 0) return ($"", $"");

        var hasContained = search.Contained != ContainedMode.False;
        Sql matched = hasContained ? ContainedSql.Matched(search) : $"SELECT rid FROM page ORDER BY place LIMIT {new RowLimit(search.Count)}";

        // What is contained comes along in its container.
        Sql rows = hasContained ? (Sql)$"WHERE strpos(r.id, '#') = 0" : $"";
        Sql with = $"""
            ,
            matched AS MATERIALIZED ({matched}),
            {IncludeSql.With(search.Includes, options)}
            """;
        return (with, $"""

            UNION ALL
            SELECT 1, -r.rid, r.rid, r.type, r.id, r.version, r.method, r.body, NULL, NULL
            FROM included JOIN resource r ON r.rid = included.rid {rows}
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
