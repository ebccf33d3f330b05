using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>String values against <c>index_string</c>; <c>:exact</c> is a posting.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#string</remarks>
internal static class StringSql
{
    /// <summary>Above every character there is, so that <c>[x, x + this)</c> holds what starts with x.</summary>
    public const string AboveAll = "\U0010FFFF";

    public static Sql Holds(Alias match, int parameterId, StringMatch how, IReadOnlyList<string> values) => how switch
    {
        StringMatch.Exact => TokenSql.Holds(match, [.. values.Select(value => PostingHash.Exact(parameterId, Cut(value)))]),
        StringMatch.Prefix => Row(match, parameterId, values.Select(StartsWith)),
        StringMatch.Contains => Row(match, parameterId, values.Select(Contains)),
        _ => throw new UnreachableException(),
    };

    /// <summary>A range of the index; the rest of a value that is longer than the index is compared in the row.</summary>
    private static Sql StartsWith(string value)
    {
        var prefix = IndexEntries.Prefix(value);
        return prefix.Length == value.Length
            ? (Sql)$"s.prefix >= {prefix} AND s.prefix < {prefix + AboveAll}"
            : $"s.prefix = {prefix} AND starts_with(s.folded, {value})";
    }

    private static Sql Contains(string value) => $"strpos(coalesce(s.folded, s.prefix), {value}) > 0";

    private static Sql Row(Alias match, int parameterId, IEnumerable<Sql> alternatives) =>
        $"EXISTS (SELECT FROM index_string s WHERE s.parameter_id = {parameterId} AND ({Sql.Join($" OR ", alternatives)}) AND s.rid = {match}.rid)";

    /// <summary>Stored texts are cut at this length, so is what is looked for.</summary>
    private static string Cut(string value) => value.Length <= StringFolding.MaxLength ? value : value[..StringFolding.MaxLength];
}
