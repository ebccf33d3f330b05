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
    public static Sql Holds(Alias match, int parameterId, IReadOnlyList<NumberValue> values) =>
        $"EXISTS (SELECT FROM index_number n WHERE n.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(Matches))}) AND n.rid = {match}.rid)";

    public static Sql Holds(Alias match, int parameterId, IReadOnlyList<QuantityValue> values) =>
        $"EXISTS (SELECT FROM index_quantity n WHERE n.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(Matches))}) AND n.rid = {match}.rid)";

    /// <summary>A number without a system means the one in the resource, not the one in base units.</summary>
    private static Sql AsWritten => $" AND n.system IS DISTINCT FROM {CanonicalUnit.System}";

    private static Sql Matches(QuantityValue value)
    {
        Sql unit = (value.System, value.Code) switch
        {
            (null, null) => AsWritten,
            ({ } system, null) => $" AND n.system = {system}",
            (null, { } code) => $" AND n.code_hash = {PostingHash.Text(code)} AND n.code = {code}{AsWritten}",
            ({ } system, { } code) => $" AND n.code_hash = {PostingHash.Text(code)} AND n.code = {code} AND n.system = {system}",
        };
        return $"({Matches(value.Number)}{unit})";
    }

    private static Sql Matches(NumberValue value) => value.Prefix switch
    {
        Prefix.Eq => $"(n.low >= {value.Low} AND n.low < {value.High} AND n.high < {value.High})",
        Prefix.Ne => $"(n.low < {value.Low} OR n.high >= {value.High})",
        Prefix.Gt => $"n.high > {value.Value}",
        Prefix.Lt => $"n.low < {value.Value}",
        Prefix.Ge => $"n.high >= {value.Value}",
        Prefix.Le => $"n.low <= {value.Value}",
        Prefix.Sa => $"n.low > {value.Value}",
        Prefix.Eb => $"n.high < {value.Value}",
        Prefix.Ap => $"(n.low <= {value.High} AND n.high >= {value.Low})",
        _ => throw new UnreachableException(),
    };
}
