using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Reference and canonical values against <c>index_reference</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#reference</remarks>
internal static class ReferenceSql
{
    public static RowSource Rows(Alias row, int parameterId, IReadOnlyList<ReferenceValue> values) =>
        new(row, $"index_reference {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(value => Matches(row, value)))})");

    private static Sql Matches(Alias row, ReferenceValue value) => value switch
    {
        ReferenceValue.Local(var type, var id, null) => $"{row}.target_id = {id} AND {row}.target_type = {type}",
        ReferenceValue.Local(var type, var id, { } version) => $"{row}.target_id = {id} AND {row}.target_type = {type} AND {row}.version = {version}",
        ReferenceValue.AnyType(var id) => $"{row}.target_id = {id}",
        ReferenceValue.Url(var url, null, _) => $"{row}.url_hash = {PostingHash.Text(url)} AND {row}.url = {url}",
        ReferenceValue.Url(var url, { } version, false) => $"{row}.url_hash = {PostingHash.Text(url)} AND {row}.url = {url} AND {row}.version = {version}",
        ReferenceValue.Url(var url, { } version, true) =>
            $"{row}.url_hash = {PostingHash.Text(url)} AND {row}.url = {url} AND ({row}.version = {version} OR starts_with({row}.version, {version + "."}))",
        _ => throw new UnreachableException(),
    };
}
