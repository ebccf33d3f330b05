using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Uri values against <c>index_uri</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#uri</remarks>
internal static class UriSql
{
    public static Sql Holds(Alias match, int parameterId, UriMatch how, IReadOnlyList<string> values)
    {
        Sql alternatives = how switch
        {
            UriMatch.Exact => OneOf(values),
            UriMatch.Below => Sql.Join($" OR ", values.Select(Below)),
            UriMatch.Above => OneOf([.. values.SelectMany(Ancestors).Distinct()]),
            _ => throw new UnreachableException(),
        };
        return $"EXISTS (SELECT FROM index_uri u WHERE u.parameter_id = {parameterId} AND ({alternatives}) AND u.rid = {match}.rid)";
    }

    private static Sql OneOf(IReadOnlyList<string> values) => values is [var value]
        ? (Sql)$"u.value_hash = {PostingHash.Text(value)} AND u.value = {value}"
        : $"u.value_hash = ANY ({values.Select(PostingHash.Text).ToArray()}) AND u.value = ANY ({values.ToArray()})";

    /// <summary>The uri itself, or one whose path goes on after it.</summary>
    private static Sql Below(string value)
    {
        var itself = value.TrimEnd('/');
        var folder = itself + "/";
        var prefix = IndexEntries.Prefix(folder);
        Sql inside = prefix.Length == folder.Length
            ? (Sql)$"u.prefix >= {prefix} AND u.prefix < {prefix + StringSql.AboveAll}"
            : $"u.prefix = {prefix} AND starts_with(u.value, {folder})";
        return $"(u.prefix = {IndexEntries.Prefix(itself)} AND u.value = {itself}) OR ({inside})";
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
