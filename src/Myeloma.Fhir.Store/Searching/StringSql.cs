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

    public static Sql Holds(Alias match, Alias row, int parameterId, StringMatch how, IReadOnlyList<string> values) => how == StringMatch.Exact
        ? TokenSql.Holds(match, [.. values.Select(value => PostingHash.Exact(parameterId, Cut(value)))])
        : Rows(row, parameterId, how, values).Holds(match);

    public static RowSource Rows(Alias row, int parameterId, StringMatch how, IReadOnlyList<string> values)
    {
        var alternatives = how switch
        {
            StringMatch.Prefix => values.Select(value => StartsWith(row, value)),
            StringMatch.Contains => values.Select(value => Contains(row, value)),
            _ => throw new UnreachableException(),
        };
        return new RowSource(row, $"index_string {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", alternatives)})");
    }

    /// <summary>A range of the index; the rest of a value that is longer than the index is compared in the row.</summary>
    private static Sql StartsWith(Alias row, string value)
    {
        var prefix = IndexEntries.Prefix(value);
        return prefix.Length == value.Length
            ? (Sql)$"{row}.prefix >= {prefix} AND {row}.prefix < {prefix + AboveAll}"
            : $"{row}.prefix = {prefix} AND starts_with({row}.folded, {value})";
    }

    private static Sql Contains(Alias row, string value) => $"strpos(coalesce({row}.folded, {row}.prefix), {value}) > 0";

    /// <summary>Stored texts are cut at this length, so is what is looked for.</summary>
    private static string Cut(string value) => value.Length <= StringFolding.MaxLength ? value : value[..StringFolding.MaxLength];
}
