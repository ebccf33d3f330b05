using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>From a reference to the resource it names, or to the one its canonical names, and on to that one's criterion.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#chaining. Each way is a plain join, so that PostgreSQL may begin with what is searched for or with the target,
/// whichever is rarer. Several ways are gathered from the target's side, because conditions joined by OR could only be tested one resource at a time.
/// </remarks>
internal static class ChainSql
{
    public static Sql Holds(Alias match, Criterion.Chain chain)
    {
        var target = new Alias('t', match.Letter == 't' ? match.Number + 1 : 0);
        var reference = new Alias('f', target.Number);
        var ways = chain.Targets.SelectMany(one => Ways(reference, target, chain.Parameter.Id, one)).ToList();
        return ways is [var only]
            ? $"EXISTS (SELECT FROM {only} AND {reference}.rid = {match}.rid{match.Fence})"
            : match.In(Sql.Join($" UNION ALL ", ways.Select(way => (Sql)$"SELECT {reference}.rid FROM {way}")));
    }

    private static IEnumerable<Sql> Ways(Alias reference, Alias target, int parameterId, ChainTarget one)
    {
        var condition = CriterionSql.Holds(target, one.TargetType, one.Criterion);
        yield return $"""
            index_reference {reference} JOIN resource {target} ON {target}.type = {one.TargetType} AND {target}.id = {reference}.target_id AND NOT {target}.deleted
            WHERE {reference}.parameter_id = {parameterId} AND {reference}.target_id IS NOT NULL AND {reference}.target_type = {one.TargetType} AND {condition}
            """;
        if (one.Canonical is not { } canonical) yield break;
        yield return $"""
            index_reference {reference} JOIN index_uri {target} ON {target}.parameter_id = {canonical.Url.Id} AND {target}.value_hash = {reference}.url_hash AND {target}.value = {reference}.url
            WHERE {reference}.parameter_id = {parameterId} AND {reference}.url_hash IS NOT NULL AND {condition}
                AND {target}.rid = (SELECT c.rid FROM canonical_target({reference}.url_hash, {reference}.url, {reference}.version, {one.TargetType}) c)
            """;
    }
}
