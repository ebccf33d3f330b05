using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>How well a match meets the words of its search: above 0 and below 1, the more often and the nearer together they stand the higher.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#relevance, https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-RANKING. Of several criteria the mean.
/// </remarks>
internal static class ScoreSql
{
    /// <returns>Null for a search without words.</returns>
    public static Sql? Of(BoundSearch search)
    {
        var texts = search.Criteria.SelectMany(CriterionTree.Words).DistinctBy(text => (text.Parameter.Code, text.Expression)).Select(Rank).ToList();
        return texts.Count == 0 ? null
            : (Sql)$"SELECT (({Sql.Join($" + ", texts)}) / {texts.Count}::integer)::real AS value FROM index_text x0 WHERE x0.rid = {Alias.Match}.rid";
    }

    /// <summary>In millionths, as a match's row has it.</summary>
    public static Sql Millionths(BoundSearch search, Sql rid) => Of(search) is { } score
        ? (Sql)$"(SELECT (score.value * 1000000)::bigint FROM (SELECT {rid} AS rid) {Alias.Match} CROSS JOIN LATERAL ({score}) score)"
        : $"NULL::bigint";

    /// <summary>Divided by itself and 1, so that it stays below 1.</summary>
    private static Sql Rank(Criterion.FullText text) =>
        $"coalesce(ts_rank_cd({FullTextSql.Words(new Alias('x', 0), text)}, {FullTextSql.Query(text)}, 32), 0)";
}
