using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Reference and canonical values against <c>index_reference</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#reference</remarks>
internal static class ReferenceSql
{
    public static Sql Holds(Alias match, int parameterId, IReadOnlyList<ReferenceValue> values) =>
        $"EXISTS (SELECT FROM index_reference f WHERE f.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(Matches))}) AND f.rid = {match}.rid)";

    private static Sql Matches(ReferenceValue value) => value switch
    {
        ReferenceValue.Local(var type, var id, null) => $"f.target_id = {id} AND f.target_type = {type}",
        ReferenceValue.Local(var type, var id, { } version) => $"f.target_id = {id} AND f.target_type = {type} AND f.version = {version}",
        ReferenceValue.AnyType(var id) => $"f.target_id = {id}",
        ReferenceValue.Url(var url, null, _) => $"f.url_hash = {PostingHash.Text(url)} AND f.url = {url}",
        ReferenceValue.Url(var url, { } version, false) => $"f.url_hash = {PostingHash.Text(url)} AND f.url = {url} AND f.version = {version}",
        ReferenceValue.Url(var url, { } version, true) =>
            $"f.url_hash = {PostingHash.Text(url)} AND f.url = {url} AND (f.version = {version} OR starts_with(f.version, {version + "."}))",
        _ => throw new UnreachableException(),
    };
}
