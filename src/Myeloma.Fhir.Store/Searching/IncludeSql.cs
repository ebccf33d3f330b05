using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Resources that _include and _revinclude add, hop by hop from the matches on the page.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#include. A canonical leads to the version it names, else to the highest version of its url.
/// </remarks>
internal static class IncludeSql
{
    /// <summary>The parts of a WITH RECURSIVE: <c>hop(rid, depth)</c> over a row source <c>matched(rid)</c>, and <c>included(rid)</c>.</summary>
    public static Sql With(IReadOnlyList<IncludeRule> rules, StoreOptions options)
    {
        var fanOut = new RowLimit(options.MaxIncludes + 1);
        Sql depth = rules.Any(rule => rule.Iterate) ? (Sql)$"{options.MaxIncludeDepth}" : $"1";
        var steps = Sql.Join($" UNION ALL ", rules.SelectMany(rule => Steps(rule, fanOut)));
        return $"""
            hop(rid, depth) AS (
                SELECT rid, 0 FROM matched
                UNION
                SELECT step.rid, hop.depth + 1 FROM hop CROSS JOIN LATERAL ({steps}) step WHERE hop.depth < {depth}),
            included AS MATERIALIZED (
                SELECT h.rid FROM hop h WHERE h.depth > 0 AND h.rid NOT IN (SELECT rid FROM matched)
                GROUP BY h.rid ORDER BY min(h.depth), h.rid DESC LIMIT {fanOut})
            """;
    }

    private static IEnumerable<Sql> Steps(IncludeRule rule, RowLimit fanOut)
    {
        int[] parameters = [.. rule.Parameters.Select(parameter => parameter.Id)];
        if (parameters.Length == 0) return [];
        Sql when = rule.Iterate ? (Sql)$"TRUE" : $"hop.depth = 0";
        if (rule.Canonicals.Count == 0) return [rule.Reverse ? Referring(rule, parameters, when, fanOut) : Referred(rule, parameters, when, fanOut)];
        return rule.Reverse ? [Referring(rule, parameters, when, fanOut), NamingCanonical(parameters, when, fanOut)] : [Referred(rule, parameters, when, fanOut), Named(rule, parameters, when, fanOut)];
    }

    private static Sql Referred(IncludeRule rule, int[] parameters, Sql when, RowLimit fanOut)
    {
        Sql type = rule.TargetType is { } target ? (Sql)$" AND r.type = {target}" : $"";
        return $"""
            (SELECT r.rid FROM index_reference f JOIN resource r ON r.type = f.target_type AND r.id = f.target_id AND NOT r.deleted{type}
             WHERE f.rid = hop.rid AND f.parameter_id = ANY ({parameters}) AND {when} LIMIT {fanOut})
            """;
    }

    private static Sql Named(IncludeRule rule, int[] parameters, Sql when, RowLimit fanOut)
    {
        Sql type = rule.TargetType is { } target ? (Sql)$"{target}" : $"NULL";
        return $"""
            (SELECT c.rid FROM index_reference f CROSS JOIN LATERAL canonical_target(f.url_hash, f.url, f.version, {type}) c
             WHERE f.rid = hop.rid AND f.parameter_id = ANY ({parameters}) AND f.url_hash IS NOT NULL AND {when} LIMIT {fanOut})
            """;
    }

    /// <summary>A target type narrows from where the step starts: <c>_revinclude=Source:parameter:TargetType</c>.</summary>
    private static Sql Referring(IncludeRule rule, int[] parameters, Sql when, RowLimit fanOut)
    {
        Sql type = rule.TargetType is { } target ? (Sql)$" AND s.type = {target}" : $"";
        return $"""
            (SELECT f.rid FROM resource s JOIN index_reference f ON f.parameter_id = ANY ({parameters}) AND f.target_id = s.id AND f.target_type = s.type
             WHERE s.rid = hop.rid{type} AND {when} LIMIT {fanOut})
            """;
    }

    private static Sql NamingCanonical(int[] parameters, Sql when, RowLimit fanOut) => $"""
        (SELECT f.rid FROM index_uri u
         JOIN search_parameter p ON p.id = u.parameter_id AND p.code = 'url'
         JOIN index_reference f ON f.parameter_id = ANY ({parameters}) AND f.url_hash = u.value_hash AND f.url = u.value
         WHERE u.rid = hop.rid AND {when}
            AND hop.rid IN (SELECT c.rid FROM canonical_target(f.url_hash, f.url, f.version, p.resource_type) c) LIMIT {fanOut})
        """;
}
