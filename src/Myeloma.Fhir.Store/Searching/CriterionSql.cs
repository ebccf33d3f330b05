using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>One criterion as a condition over the rid of a row source.</summary>
internal static class CriterionSql
{
    /// <summary>An index row, inside its own EXISTS: the name may be used again beside it.</summary>
    private static readonly Alias Row = new('x', 0);

    /// <param name="type">The type of the resources searched; null for all.</param>
    public static Sql Holds(Alias match, string? type, Criterion criterion) => criterion switch
    {
        Criterion.Id id => Negate(id.Negated, Id(match, type, [.. id.Values])),
        Criterion.Type types => $"{match}.rid IN (SELECT r.rid FROM resource r WHERE r.type = ANY ({types.Values.ToArray()}) AND NOT r.deleted)",
        Criterion.LastUpdated updated => DateSql.LastUpdated(match, updated.Values),
        Criterion.Token token => Negate(token.Negated, TokenSql.Holds(match, Hashes(token.Parameter.Id, token.Values))),
        Criterion.ReferenceIdentifier identifier =>
            TokenSql.Holds(match, Hashes(identifier.Parameter.IdentifierId, identifier.Values)),
        Criterion.String text => StringSql.Holds(match, Row, text.Text ? text.Parameter.TextId : text.Parameter.Id, text.Match, text.Values),
        Criterion.Reference reference => Negate(reference.Negated, ReferenceSql.Rows(Row, reference.Parameter.Id, reference.Values).Holds(match)),
        Criterion.Uri uri => Negate(uri.Negated, UriSql.Rows(Row, uri.Parameter.Id, uri.Match, uri.Values).Holds(match)),
        Criterion.Date date => DateSql.Rows(Row, date.Parameter.Id, date.Values).Holds(match),
        Criterion.Number number => NumberSql.Rows(Row, number.Parameter.Id, number.Values).Holds(match),
        Criterion.Quantity quantity => NumberSql.Rows(Row, quantity.Parameter.Id, quantity.Values).Holds(match),
        Criterion.Composite composite => CompositeSql.Holds(match, composite),
        Criterion.Missing missing => Negate(missing.IsMissing, TokenSql.Holds(match, [PostingHash.Presence(missing.Parameter.Id)])),
        Criterion.Chain chain => Chain(match, chain),
        Criterion.AllOf all => $"({Sql.Join($" AND ", all.Criteria.Select(one => Holds(match, type, one)))})",
        Criterion.AnyOf any => $"({Sql.Join($" OR ", any.Criteria.Select(one => Holds(match, type, one)))})",
        Criterion.Never => $"FALSE",
        _ => throw new UnreachableException(),
    };

    /// <summary>The only posting that a version must have for the criterion to hold; null when the criterion is not of that kind.</summary>
    public static long? SinglePosting(Criterion criterion) => criterion switch
    {
        Criterion.Token { Negated: false, Values: [var value] } token => TokenSql.Hash(token.Parameter.Id, value),
        Criterion.ReferenceIdentifier { Values: [var value] } identifier => TokenSql.Hash(identifier.Parameter.IdentifierId, value),
        Criterion.Missing { IsMissing: false } missing => PostingHash.Presence(missing.Parameter.Id),
        _ => null,
    };

    /// <summary>The resource type whose resources alone can fulfil the criterion's posting.</summary>
    public static string? TypeOf(Criterion criterion) => criterion switch
    {
        Criterion.Token token => token.Parameter.ResourceType,
        Criterion.ReferenceIdentifier identifier => identifier.Parameter.ResourceType,
        Criterion.Missing missing => missing.Parameter.ResourceType,
        _ => null,
    };

    /// <summary>By the key's index, which begins with the type.</summary>
    private static Sql Id(Alias match, string? type, string[] ids) => type is null
        ? (Sql)$"{match}.rid IN (SELECT r.rid FROM resource r WHERE r.type = ANY (ARRAY(SELECT stored_types())) AND r.id = ANY ({ids}) AND NOT r.deleted)"
        : $"{match}.rid IN (SELECT r.rid FROM resource r WHERE r.type = {type} AND r.id = ANY ({ids}) AND NOT r.deleted)";

    private static long[] Hashes(int parameterId, IReadOnlyList<TokenValue> values) => [.. values.Select(value => TokenSql.Hash(parameterId, value))];

    /// <summary>From the reference to the resource it names, or to the one its canonical names, and on to that one's criterion.</summary>
    private static Sql Chain(Alias match, Criterion.Chain chain)
    {
        var target = new Alias('t', match.Letter == 't' ? match.Number + 1 : 0);
        var reference = new Alias('f', target.Number);
        var types = chain.Targets.Select(one => (Sql)$"""
            EXISTS (SELECT FROM index_reference {reference}
                CROSS JOIN LATERAL (
                    SELECT r.rid FROM resource r
                    WHERE {reference}.target_type = {one.TargetType} AND r.type = {one.TargetType} AND r.id = {reference}.target_id AND NOT r.deleted
                    UNION ALL
                    SELECT c.rid FROM canonical_target({reference}.url_hash, {reference}.url, {reference}.version, {one.TargetType}) c) {target}
                WHERE {reference}.parameter_id = {chain.Parameter.Id} AND {reference}.rid = {match}.rid AND {Holds(target, one.TargetType, one.Criterion)})
            """);
        return $"({Sql.Join($" OR ", types)})";
    }

    private static Sql Negate(bool negated, Sql condition) => negated ? (Sql)$"NOT ({condition})" : condition;
}
