using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>From the resources that refer here back to what they refer to. https://hl7.org/fhir/R4/search.html#has</summary>
internal static class HasSql
{
    public static Sql Holds(Alias match, Criterion.Has has)
    {
        var reference = new Alias('h', match.Letter == 'h' ? match.Number + 1 : 0);
        var condition = CriterionSql.Holds(reference, has.Parameter.ResourceType, has.Criterion);
        Sql type = has.TargetType is { } target ? (Sql)$" AND {reference}.target_type = {target}" : $"";
        Sql referred = $"""
            SELECT r.rid FROM index_reference {reference} JOIN resource r ON r.type = {reference}.target_type AND r.id = {reference}.target_id AND NOT r.deleted
            WHERE {reference}.parameter_id = {has.Parameter.Id} AND {reference}.target_id IS NOT NULL{type} AND {condition}
            """;
        if (!has.LeadsByCanonical) return match.In(referred);

        Sql named = has.TargetType is { } wanted ? (Sql)$"{wanted}" : $"NULL";
        return match.In($"""
            {referred}
            UNION ALL
            SELECT c.rid FROM index_reference {reference} CROSS JOIN LATERAL canonical_target({reference}.url_hash, {reference}.url, {reference}.version, {named}) c
            WHERE {reference}.parameter_id = {has.Parameter.Id} AND {reference}.url_hash IS NOT NULL AND {condition}
            """);
    }
}
