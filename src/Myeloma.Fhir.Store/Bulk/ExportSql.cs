using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Searching;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>The statements that choose what an export writes.</summary>
internal static class ExportSql
{
    /// <summary>Versions that one step writes.</summary>
    public const int PartSize = 1_000;

    private static readonly Alias Match = Alias.Match;

    /// <summary>Chooses the versions of a type and lays them down in parts of files; a row with the number of versions for each part.</summary>
    /// <param name="firstPart">Number of the first part.</param>
    /// <param name="ordinal">Place of the first file.</param>
    public static Sql Choose(ExportOrder order, string type, Sql versions, bool deleted, int firstPart, int ordinal)
    {
        var (prefix, role) = (deleted ? $"{type}.deleted." : $"{type}.", deleted ? "deleted" : "output");
        var perFile = Math.Max(PartSize, order.ResourcesPerFile / PartSize * PartSize);
        return $"""
            WITH chosen AS (SELECT v.rid, row_number() OVER (ORDER BY v.rid) - 1 AS place FROM ({versions}) v),
            part AS (
                SELECT (place / {PartSize})::integer AS number, (min(place) / {perFile})::integer AS file, array_agg(rid ORDER BY place) AS rids FROM chosen GROUP BY 1),
            files AS (
                INSERT INTO bulk_file (owner, name, ordinal, role, type)
                SELECT DISTINCT {order.Owner}, {prefix} || (file + 1) || '.ndjson', {ordinal} + file, {role}, CASE WHEN {role} = 'deleted' THEN 'Bundle' ELSE {type} END FROM part)
            INSERT INTO bulk_plan (owner, number, file, rids)
            SELECT {order.Owner}, {firstPart} + number, {prefix} || (file + 1) || '.ndjson', rids FROM part ORDER BY number
            RETURNING cardinality(rids)
            """;
    }

    /// <summary>The versions of a whole type as they were before an instant: the current ones older than that, and those that were followed by newer ones only since.</summary>
    public static Sql AsOf(string type, bool deleted, long since, long horizon) => $"""
        SELECT r.rid FROM resource r WHERE r.type = {type} AND r.deleted = {(deleted ? (Sql)$"TRUE" : $"FALSE")} AND r.rid >= {since} AND r.rid < {horizon}
        UNION ALL
        SELECT h.rid FROM (
            SELECT n.id, n.version FROM resource n WHERE n.type = {type} AND n.rid >= {horizon}
            UNION ALL
            SELECT n.id, n.version FROM resource_history n WHERE n.type = {type} AND n.rid >= {horizon}) newer
        JOIN resource_history h ON h.type = {type} AND h.id = newer.id COLLATE "C" AND h.version = newer.version - 1
        WHERE h.rid < {horizon} AND h.rid >= {since} AND h.deleted = {(deleted ? (Sql)$"TRUE" : $"FALSE")}
        """;

    /// <summary>The current versions of a selection. Index rows are those of now, so that what was replaced in this moment can't be looked for.</summary>
    public static Sql Current(ExportSelection selection, long since) =>
        Sql.Join($" UNION ", (selection.Filters.Count == 0 ? [new BoundSearch { ResourceType = selection.ResourceType }] : selection.Filters).Select(filter => Current(selection, filter, since)));

    private static Sql Current(ExportSelection selection, BoundSearch filter, long since)
    {
        var match = MatchSql.Of(filter);
        Sql belongs = selection.Compartment is { } compartment ? (Sql)$" AND {Belongs(selection.ResourceType, compartment)}" : Sql.Empty;
        return $"SELECT {Match}.rid FROM {match.Source} WHERE {match.Conditions} AND {Match}.rid >= {since}{belongs}";
    }

    private static Sql Belongs(string type, CompartmentMembership compartment)
    {
        Sql own = type != compartment.OwnerType ? (Sql)$"FALSE"
            : compartment.OwnerIds is { } ids ? (Sql)$"EXISTS (SELECT FROM resource o WHERE o.rid = {Match}.rid AND o.id = ANY ({ids.ToArray()}))"
            : $"TRUE";
        Sql target = compartment.OwnerIds is { } owners ? (Sql)$" AND i.target_id = ANY ({owners.ToArray()})" : Sql.Empty;
        return $"""
            ({own} OR EXISTS (
                SELECT FROM index_reference i WHERE i.rid = {Match}.rid AND i.parameter_id = ANY ({compartment.ParameterIds.ToArray()}) AND i.target_type = {compartment.OwnerType}{target}))
            """;
    }
}
