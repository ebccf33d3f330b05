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

    public static long[] Exact(int parameterId, IReadOnlyList<string> values) => [.. values.Select(value => PostingHash.Exact(parameterId, Cut(value)))];

    public static RowSource Rows(Alias row, int parameterId, StringMatch how, IReadOnlyList<string> values) =>
        new(row, $"index_string {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(value => Matches(row, how, value)))})");

    private static Sql Matches(Alias row, StringMatch how, string value) => how switch
    {
        StringMatch.Prefix => StartsWith(row, value),
        StringMatch.Contains => $"strpos({Whole(row)}, {value}) > 0",
        StringMatch.Suffix => $"right({Whole(row)}, {value.EnumerateRunes().Count()}) = {value}",
        StringMatch.Equal => $"({row}.prefix = {IndexEntries.Prefix(value)} AND {Whole(row)} = {value})",
        StringMatch.Unequal => $"{Whole(row)} <> {value}",
        StringMatch.Greater => $"({row}.prefix >= {IndexEntries.Prefix(value)} AND {Whole(row)} > {value})",
        StringMatch.GreaterOrEqual => $"({row}.prefix >= {IndexEntries.Prefix(value)} AND {Whole(row)} >= {value})",
        StringMatch.Less => $"({row}.prefix <= {IndexEntries.Prefix(value)} AND {Whole(row)} < {value})",
        StringMatch.LessOrEqual => $"({row}.prefix <= {IndexEntries.Prefix(value)} AND {Whole(row)} <= {value})",
        _ => throw new UnreachableException(),
    };

    private static Sql Whole(Alias row) => $"coalesce({row}.folded, {row}.prefix)";

    /// <summary>A range of the index; the rest of a value that is longer than the index is compared in the row.</summary>
    private static Sql StartsWith(Alias row, string value)
    {
        var prefix = IndexEntries.Prefix(value);
        return prefix.Length == value.Length
            ? (Sql)$"{row}.prefix >= {prefix} AND {row}.prefix < {prefix + AboveAll}"
            : $"{row}.prefix = {prefix} AND starts_with({row}.folded, {value})";
    }

    /// <summary>Stored texts are cut at this length, so is what is looked for.</summary>
    private static string Cut(string value) => value.Length <= StringFolding.MaxLength ? value : value[..StringFolding.MaxLength];
}
