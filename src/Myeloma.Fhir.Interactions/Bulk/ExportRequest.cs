using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>What an export was asked for, as its job keeps it.</summary>
/// <param name="RequestUrl">Of the kick-off, whole.</param>
/// <param name="BaseUrl">What the files' URLs begin with.</param>
/// <param name="Type">Of the URL; null for the whole system.</param>
/// <param name="Types">Of <c>_type</c>; empty: all.</param>
/// <param name="Filters">Of <c>_typeFilter</c>: <c>Observation?status=final</c>.</param>
/// <param name="Elements">Of <c>_elements</c>, with or without a type before.</param>
/// <param name="Patients">Ids of <c>patient</c>; null: all.</param>
public sealed record ExportRequest(
    string RequestUrl, string BaseUrl, string? Type, IReadOnlyList<string> Types, IReadOnlyList<string> Filters, IReadOnlyList<string> Elements, DateTimeOffset? Since, IReadOnlyList<string>? Patients)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ExportRequest Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<ExportRequest>(bytes.Span) ?? throw new InvalidOperationException("A recorded export is empty.");

    /// <summary>What is to be exported, by the search parameters of now.</summary>
    /// <returns>Null: everything there is.</returns>
    /// <exception cref="FhirException">All faults of the filters together; <c>transient</c>: a parameter is still being indexed.</exception>
    public IReadOnlyList<ExportSelection>? Select(SearchParameterRegistry registry, SearchOptions options)
    {
        var (filters, issues) = (new Dictionary<string, List<BoundSearch>>(StringComparer.Ordinal), new List<Issue>());
        foreach (var filter in Filters) Bind(filter, registry, options, filters, issues);
        if (issues.Count > 0) throw new FhirException(issues);

        if (Type == PatientCompartment.Owner)
        {
            return [.. (Types.Count > 0 ? Types : PatientCompartment.Types).Select(type =>
                new ExportSelection(type, filters.GetValueOrDefault(type) ?? [], PatientCompartment.Of(type, Patients, registry)))];
        }

        IReadOnlyList<string> types = Type is not null ? [Type] : Types.Count > 0 ? Types : [.. filters.Keys];
        return types.Count == 0 ? null : [.. types.Select(type => new ExportSelection(type, filters.GetValueOrDefault(type) ?? []))];
    }

    private void Bind(string filter, SearchParameterRegistry registry, SearchOptions options, Dictionary<string, List<BoundSearch>> filters, List<Issue> issues)
    {
        var mark = filter.IndexOf('?', StringComparison.Ordinal);
        var type = mark < 0 ? filter : filter[..mark];
        if (mark < 0 || !registry.Schema.IsResourceType(type))
        {
            issues.Add(Issue.Invalid($"A _typeFilter is a search like 'Observation?status=final', not '{filter}'."));
            return;
        }

        if ((Type is not null and not PatientCompartment.Owner && type != Type) || (Types.Count > 0 && !Types.Contains(type)))
        {
            issues.Add(Issue.Invalid($"The _typeFilter '{filter}' is about {type}, which is not exported by this request."));
            return;
        }

        try
        {
            var search = SearchRequest.Bind(type, QueryText.Parse(filter.AsSpan(mark + 1)), registry, options with { Strict = true, BaseUrl = BaseUrl });
            if (search.Includes.Count > 0 || search.Sort.Count > 0 || search.CountOnly || search.Elements is not null || search.Summary != SummaryMode.False || search.Cursor is not null)
                issues.Add(Issue.NotSupported($"The _typeFilter '{filter}' has parameters about the form of an answer; only criteria choose what is exported."));
            else if (filters.TryGetValue(type, out var known)) known.Add(search);
            else filters.Add(type, [search]);
        }
        catch (FhirException fault)
        {
            issues.AddRange(fault.Issues);
        }
    }
}
