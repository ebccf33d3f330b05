using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Words against <c>index_text</c>. https://www.postgresql.org/docs/current/datatype-textsearch.html</summary>
internal static class FullTextSql
{
    public static RowSource Rows(Alias row, Criterion.FullText text) => new(row, $"index_text {row} WHERE {Words(row, text)} @@ {Query(text)}");

    public static Sql Words(Alias row, Criterion.FullText text) => text.Parameter.Code == SearchParameter.NarrativeCode ? (Sql)$"{row}.narrative" : $"{row}.content";

    public static Sql Query(Criterion.FullText text) => $"({Text(text.Expression)}::text)::tsquery";

    /// <summary>Words hold letters and digits alone, so that nothing in them can be taken for an operator.</summary>
    private static string Text(FullTextExpression expression) => expression switch
    {
        FullTextExpression.And(var left, var right) => $"({Text(left)} & {Text(right)})",
        FullTextExpression.Or(var left, var right) => $"({Text(left)} | {Text(right)})",
        FullTextExpression.Not(var inner) => $"!{Text(inner)}",
        FullTextExpression.Phrase(var words, var isPrefix) => $"({string.Join(" <-> ", words.Select(word => $"'{word}'"))}{(isPrefix ? ":*" : "")})",
        _ => throw new UnreachableException(),
    };
}
