using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Several values within one element: the rows of the components have to tell the same one.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#composite</remarks>
internal static class CompositeSql
{
    public static Sql Holds(Alias match, Criterion.Composite composite) => match.In(Rids(composite));

    /// <summary>A query with one column: the versions with such an element, one or more rows each.</summary>
    public static Sql Rids(Criterion.Composite composite) => Sql.Join($" UNION ALL ", composite.Alternatives.Select(Alternative));

    private static Sql Alternative(IReadOnlyList<Criterion> parts)
    {
        var first = Rows(parts[0], new Alias('c', 0));
        var others = parts.Skip(1).Select((part, at) => Rows(part, new Alias('c', at + 1)).HoldsBeside(first.Row));
        return $"SELECT {first.Row}.rid FROM {first.Rows} AND {Sql.Join($" AND ", others)}";
    }

    private static RowSource Rows(Criterion part, Alias row) => part switch
    {
        Criterion.Token token => TokenSql.ItemRows(row, [.. token.Values.Select(value => TokenSql.Hash(token.Parameter.Id, value))]),
        Criterion.TokenIn { Negated: false } set => TokenSetSql.Of(set).ItemRows(row),
        _ => CriterionSql.Rows(row, part) ?? throw new UnreachableException(),
    };
}
