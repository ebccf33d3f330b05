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
        Criterion.Token token => Negate(token.Negated, TokenSql.Holds(match, Postings(token))),
        Criterion.TokenIn set => Negate(set.Negated, TokenSetSql.Of(set).Holds(match)),
        Criterion.ReferenceIdentifier identifier => TokenSql.Holds(match, Postings(identifier)),
        Criterion.String { Match: StringMatch.Exact } text => TokenSql.Holds(match, StringSql.Exact(text.Parameter.Id, text.Values)),
        Criterion.Reference reference => Negate(reference.Negated, Rows(Row, reference)!.Value.Holds(match)),
        Criterion.Uri uri => Negate(uri.Negated, Rows(Row, uri)!.Value.Holds(match)),
        Criterion.Composite composite => CompositeSql.Holds(match, composite),
        Criterion.Missing missing => Negate(missing.IsMissing, TokenSql.Holds(match, Postings(missing))),
        Criterion.Chain chain => ChainSql.Holds(match, chain),
        Criterion.Has has => HasSql.Holds(match, has),
        Criterion.Not not => Negate(true, Holds(match, type, not.Criterion)),
        Criterion.AllOf all => AlternativesSql.AllOf(match, type, all.Criteria),
        Criterion.AnyOf any => AlternativesSql.AnyOf(match, type, any.Criteria),
        Criterion.OverTypes types => AlternativesSql.OverTypes(match, types.Each),
        Criterion.Never => $"FALSE",
        _ when Rows(Row, criterion) is { } rows => rows.Holds(match),
        _ => throw new UnreachableException(),
    };

    /// <summary>The index rows that fulfil a criterion by themselves.</summary>
    /// <returns>Null when there are none: a column, a chain, a token that is negated. Of references and uris the rows of what is negated.</returns>
    public static RowSource? Rows(Alias row, Criterion criterion) => criterion switch
    {
        Criterion.Token { Negated: false } or Criterion.ReferenceIdentifier or Criterion.Missing { IsMissing: false } => TokenSql.Rows(row, Postings(criterion)),
        Criterion.TokenIn { Negated: false } set => TokenSetSql.Of(set).Rows(row),
        Criterion.String { Match: StringMatch.Exact } text => TokenSql.Rows(row, StringSql.Exact(text.Parameter.Id, text.Values)),
        Criterion.String text => StringSql.Rows(row, text.Text ? text.Parameter.TextId : text.Parameter.Id, text.Match, text.Values),
        Criterion.Reference reference => ReferenceSql.Rows(row, reference.Parameter.Id, reference.Values),
        Criterion.Uri uri => UriSql.Rows(row, [uri.Parameter.Id], uri.Match, uri.Values),
        Criterion.VersionBelow below => new RowSource(
            row, $"index_code {row} WHERE {row}.parameter_id = {below.Parameter.Id} AND ({row}.low = {below.Version} OR starts_with({row}.low, {below.Version + "."}))"),
        Criterion.FullText text => FullTextSql.Rows(row, text),
        Criterion.Date date => DateSql.Rows(row, date.Parameter.Id, date.Values),
        Criterion.Number number => NumberSql.Rows(row, number.Parameter.Id, number.Values),
        Criterion.Quantity quantity => NumberSql.Rows(row, quantity.Parameter.Id, quantity.Values),
        Criterion.Near near => NearSql.Rows(row, near),
        _ => null,
    };

    /// <summary>The postings of which a version must have one for the criterion to hold, its negation aside.</summary>
    public static long[] Postings(Criterion criterion) => criterion switch
    {
        Criterion.Token token => Hashes(token.Parameter.Id, token.Values),
        Criterion.ReferenceIdentifier identifier => Hashes(identifier.Parameter.IdentifierId, identifier.Values),
        Criterion.Missing missing => [PostingHash.Presence(missing.Parameter.Id)],
        _ => throw new UnreachableException(),
    };

    /// <summary>The index rows that alone tell which versions of a type fulfil a criterion, one or more for each.</summary>
    /// <returns>Null when there are none: what is negated, what is no row, and what is indexed for other types, too.</returns>
    public static RowSource? Rows(Alias row, string type, Criterion criterion) =>
        criterion is Criterion.Reference { Negated: true } or Criterion.Uri { Negated: true } || TypeOf(criterion) != type ? null : Rows(row, criterion);

    /// <summary>The only posting that a version must have for the criterion to hold; null when the criterion is not of that kind.</summary>
    public static long? SinglePosting(Criterion criterion) => criterion switch
    {
        Criterion.Token { Negated: false, Values: [var value] } token => TokenSql.Hash(token.Parameter.Id, value),
        Criterion.ReferenceIdentifier { Values: [var value] } identifier => TokenSql.Hash(identifier.Parameter.IdentifierId, value),
        Criterion.Missing { IsMissing: false } missing => PostingHash.Presence(missing.Parameter.Id),
        _ => null,
    };

    /// <summary>The resource type whose resources alone have index rows of the criterion.</summary>
    public static string? TypeOf(Criterion criterion) => criterion switch
    {
        Criterion.Token token => token.Parameter.ResourceType,
        Criterion.TokenIn set => set.Parameter.ResourceType,
        Criterion.ReferenceIdentifier identifier => identifier.Parameter.ResourceType,
        Criterion.Missing missing => missing.Parameter.ResourceType,
        Criterion.String text => text.Parameter.ResourceType,
        Criterion.Reference reference => reference.Parameter.ResourceType,
        Criterion.Uri uri => uri.Parameter.ResourceType,
        Criterion.Date date => date.Parameter.ResourceType,
        Criterion.Number number => number.Parameter.ResourceType,
        Criterion.Quantity quantity => quantity.Parameter.ResourceType,
        Criterion.Near near => near.Parameter.ResourceType,
        Criterion.Composite composite => composite.Parameter.ResourceType,
        Criterion.Chain chain => chain.Parameter.ResourceType,
        _ => null,
    };

    /// <summary>By the key's index, which begins with the type.</summary>
    private static Sql Id(Alias match, string? type, string[] ids) => type is null
        ? (Sql)$"{match}.rid IN (SELECT r.rid FROM resource r WHERE r.type = ANY (ARRAY(SELECT stored_types())) AND r.id = ANY ({ids}) AND NOT r.deleted)"
        : $"{match}.rid IN (SELECT r.rid FROM resource r WHERE r.type = {type} AND r.id = ANY ({ids}) AND NOT r.deleted)";

    private static long[] Hashes(int parameterId, IReadOnlyList<TokenValue> values) => [.. values.Select(value => TokenSql.Hash(parameterId, value))];

    private static Sql Negate(bool negated, Sql condition) => negated ? (Sql)$"NOT ({condition})" : condition;
}
