using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Uri values against <c>index_uri</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#uri</remarks>
internal static class UriSql
{
    public static RowSource Rows(Alias row, int[] parameterIds, UriMatch how, IReadOnlyList<string> values)
    {
        Sql alternatives = how switch
        {
            UriMatch.Exact => OneOf(row, values),
            UriMatch.Below => Sql.Join($" OR ", values.Select(value => Below(row, value))),
            UriMatch.Above => OneOf(row, [.. values.SelectMany(Ancestors).Distinct()]),
            _ => throw new UnreachableException(),
        };
        return parameterIds is [var only]
            ? new RowSource(row, $"index_uri {row} WHERE {row}.parameter_id = {only} AND ({alternatives})")
            : new RowSource(row, $"index_uri {row} WHERE {row}.parameter_id = ANY ({parameterIds}) AND ({alternatives})");
    }

    private static Sql OneOf(Alias row, IReadOnlyList<string> values) => values is [var value]
        ? (Sql)$"{row}.value_hash = {PostingHash.Text(value)} AND {row}.value = {value}"
        : $"{row}.value_hash = ANY ({values.Select(PostingHash.Text).ToArray()}) AND {row}.value = ANY ({values.ToArray()})";

    /// <summary>The uri itself, or one whose path goes on after it.</summary>
    private static Sql Below(Alias row, string value)
    {
        var itself = value.TrimEnd('/');
        var folder = itself + "/";
        var prefix = IndexEntries.Prefix(folder);
        Sql inside = prefix.Length == folder.Length
            ? (Sql)$"{row}.prefix >= {prefix} AND {row}.prefix < {prefix + StringSql.AboveAll}"
            : $"{row}.prefix = {prefix} AND starts_with({row}.value, {folder})";
        return $"({row}.prefix = {IndexEntries.Prefix(itself)} AND {row}.value = {itself}) OR ({inside})";
    }

    /// <summary>The uri and every shorter path of it: <c>http://a/b/c</c>, <c>http://a/b</c>, <c>http://a</c>, each with and without a closing slash.</summary>
    private static IEnumerable<string> Ancestors(string value)
    {
        var rest = value.TrimEnd('/');
        var scheme = rest.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + 3;
        while (rest.Length > start)
        {
            yield return rest;
            yield return rest + "/";
            var slash = rest.LastIndexOf('/');
            if (slash < start) yield break;
            rest = rest[..slash];
        }
    }
}
