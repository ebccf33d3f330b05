using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Conditions of which one has to hold.</summary>
/// <remarks>
/// A row source that is tested for each resource against several EXISTS joined by OR can't be turned round by PostgreSQL: its cost grows with the
/// table. Where each alternative has index rows to begin with, they are gathered from there instead.
/// </remarks>
internal static class AlternativesSql
{
    public static Sql AnyOf(Alias match, string? type, IReadOnlyList<Criterion> criteria)
    {
        var row = new Alias('y', match.Letter == 'y' ? match.Number + 1 : 0);
        List<Sql> sources = [];
        foreach (var criterion in criteria)
            if (Source(row, type, criterion) is { } source) sources.Add(source);
        return sources.Count == criteria.Count
            ? match.In(Sql.Join($" UNION ALL ", sources))
            : $"({Sql.Join($" OR ", criteria.Select(one => CriterionSql.Holds(match, type, one)))})";
    }

    public static Sql AllOf(Alias match, string? type, IReadOnlyList<Criterion> criteria) =>
        criteria.Count == 0 ? (Sql)$"TRUE" : $"({Sql.Join($" AND ", criteria.Select(one => CriterionSql.Holds(match, type, one)))})";

    /// <summary>The same condition for several types; tokens and presence of all types are one list of postings.</summary>
    public static Sql OverTypes(Alias match, IReadOnlyList<Criterion> each) => each[0] switch
    {
        Criterion.Token { Negated: var negated } => Negate(negated, TokenSql.Holds(match, Postings(each))),
        Criterion.TokenIn first => Negate(first.Negated, new TokenSetSql(each.Cast<Criterion.TokenIn>().Select(one => one.Parameter.Id), first.Stored).Holds(match)),
        Criterion.ReferenceIdentifier => TokenSql.Holds(match, Postings(each)),
        Criterion.Missing { IsMissing: var missing } => Negate(missing, TokenSql.Holds(match, Postings(each))),
        Criterion.Uri { Negated: var negated } first => Negate(
            negated, UriSql.Rows(new Alias('x', 0), [.. each.Cast<Criterion.Uri>().Select(one => one.Parameter.Id)], first.Match, first.Values).Holds(match)),
        Criterion.Reference { Negated: true } => AllOf(match, null, each),
        Criterion.Not => AllOf(match, null, each),
        _ => AnyOf(match, null, each),
    };

    /// <summary>The rids of index rows for which the criterion holds.</summary>
    /// <returns>Null when it is not found by index rows: what is negated, or a column.</returns>
    private static Sql? Source(Alias row, string? type, Criterion criterion)
    {
        if (criterion is Criterion.AllOf { Criteria: { Count: > 0 } criteria })
            return Source(row, type, criteria[0]) is { } begin ? (Sql)$"{begin} AND {AllOf(row, type, [.. criteria.Skip(1)])}" : null;
        if (criterion is Criterion.Reference { Negated: true } or Criterion.Uri { Negated: true }) return null;
        return CriterionSql.Rows(row, criterion) is { } source ? (Sql)$"SELECT {row}.rid FROM {source.Rows}" : null;
    }

    private static long[] Postings(IReadOnlyList<Criterion> each) => [.. each.SelectMany(CriterionSql.Postings)];

    private static Sql Negate(bool negated, Sql condition) => negated ? (Sql)$"NOT ({condition})" : condition;
}
