using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Several values within one element: the rows of the components have to tell the same one.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#composite</remarks>
internal static class CompositeSql
{
    public static Sql Holds(Alias match, Criterion.Composite composite) =>
        $"{match}.rid IN ({Sql.Join($" UNION ALL ", composite.Alternatives.Select(Alternative))})";

    private static Sql Alternative(IReadOnlyList<Criterion> parts)
    {
        var first = Rows(parts[0], new Alias('c', 0));
        var others = parts.Skip(1).Select((part, at) => Rows(part, new Alias('c', at + 1)).HoldsBeside(first.Row));
        return $"SELECT {first.Row}.rid FROM {first.Rows} AND {Sql.Join($" AND ", others)}";
    }

    private static RowSource Rows(Criterion part, Alias row) => part switch
    {
        Criterion.Token token => TokenSql.ItemRows(row, [.. token.Values.Select(value => TokenSql.Hash(token.Parameter.Id, value))]),
        Criterion.String text => StringSql.Rows(row, text.Parameter.Id, text.Match, text.Values),
        Criterion.Reference reference => ReferenceSql.Rows(row, reference.Parameter.Id, reference.Values),
        Criterion.Uri uri => UriSql.Rows(row, uri.Parameter.Id, uri.Match, uri.Values),
        Criterion.Date date => DateSql.Rows(row, date.Parameter.Id, date.Values),
        Criterion.Number number => NumberSql.Rows(row, number.Parameter.Id, number.Values),
        Criterion.Quantity quantity => NumberSql.Rows(row, quantity.Parameter.Id, quantity.Values),
        _ => throw new UnreachableException(),
    };
}
