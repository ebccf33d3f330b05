using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Numbers and quantities against <c>index_number</c> and <c>index_quantity</c>.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#number, https://hl7.org/fhir/R4/search.html#quantity. Equality means the range of the written precision;
/// gt, lt, ge and le compare with the number itself.
/// </remarks>
internal static class NumberSql
{
    public static RowSource Rows(Alias row, int parameterId, IReadOnlyList<NumberValue> values) =>
        new(row, $"index_number {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(value => Matches(row, value)))})");

    public static RowSource Rows(Alias row, int parameterId, IReadOnlyList<QuantityValue> values) =>
        new(row, $"index_quantity {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(value => Matches(row, value)))})");

    /// <summary>A number without a system means the one in the resource, not the one in base units.</summary>
    private static Sql AsWritten(Alias row) => $" AND {row}.system IS DISTINCT FROM {CanonicalUnit.System}";

    private static Sql Matches(Alias row, QuantityValue value)
    {
        Sql unit = (value.System, value.Code) switch
        {
            (null, null) => AsWritten(row),
            ({ } system, null) => $" AND {row}.system = {system}",
            (null, { } code) => $" AND {row}.code_hash = {PostingHash.Text(code)} AND {row}.code = {code}{AsWritten(row)}",
            ({ } system, { } code) => $" AND {row}.code_hash = {PostingHash.Text(code)} AND {row}.code = {code} AND {row}.system = {system}",
        };
        return $"({Matches(row, value.Number)}{unit})";
    }

    private static Sql Matches(Alias row, NumberValue value) => value.Prefix switch
    {
        Prefix.Eq => $"({row}.low >= {value.Low} AND {row}.low < {value.High} AND {row}.high < {value.High})",
        Prefix.Ne => $"({row}.low < {value.Low} OR {row}.high >= {value.High})",
        Prefix.Gt => $"{row}.high > {value.Value}",
        Prefix.Lt => $"{row}.low < {value.Value}",
        Prefix.Ge => $"{row}.high >= {value.Value}",
        Prefix.Le => $"{row}.low <= {value.Value}",
        Prefix.Sa => $"{row}.low > {value.Value}",
        Prefix.Eb => $"{row}.high < {value.Value}",
        Prefix.Ap => $"({row}.low <= {value.High} AND {row}.high >= {value.Low})",
        _ => throw new UnreachableException(),
    };
}
