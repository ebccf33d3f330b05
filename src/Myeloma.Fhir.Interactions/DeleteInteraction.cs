using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The delete interaction: the resource is no longer there for read and search; its history stays.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#delete</remarks>
/// <param name="maxMatches">Most resources that one conditional delete takes away; with 1 criteria have to select a single one.</param>
public sealed class DeleteInteraction(ResourceWriting writing, CriteriaBinding criteria, int maxMatches)
{
    /// <param name="ifMatch">The version that has to be the current one; null when any will do.</param>
    /// <returns>204; also when there was nothing to delete, since the wish is fulfilled then too.</returns>
    /// <exception cref="FhirException"><c>conflict</c> when another version is current than <paramref name="ifMatch"/> says.</exception>
    public Task<FhirResponse> HandleAsync(ResourceKey key, int? ifMatch, CancellationToken cancellationToken) =>
        writing.WriteAsync(new WriteOperation.Delete(key, ifMatch), null, cancellationToken);

    /// <summary>Conditional delete: of all resources that match the criteria, within the limit, in one transaction.</summary>
    /// <param name="ifMatch">The version that each match has to be at; null when any will do.</param>
    /// <returns>204, also when nothing matches; its remarks say what was deleted.</returns>
    /// <exception cref="FhirException"><c>multiple-matches</c> (412) when more match than the limit allows: nothing is deleted then; faults of the criteria.</exception>
    /// <remarks>https://hl7.org/fhir/R4/http.html#3.1.0.7.1</remarks>
    public async Task<FhirResponse> HandleAsync(
        string resourceType, IReadOnlyList<KeyValuePair<string, string>> query, int? ifMatch, InteractionContext context, CancellationToken cancellationToken)
    {
        var condition = Bind(resourceType, query, context);
        var results = await writing.StoreAsync(
            new ConditionalWrite(
                [condition],
                matches => matches[0].Count > maxMatches
                    ? throw new FhirException(ConditionIssues.TooManyMatch(resourceType, maxMatches))
                    : [.. matches[0].Select(match => new WriteOperation.Delete(match.Key, ifMatch) { MatchedVersion = match.VersionId })]),
            cancellationToken);
        return Deleted(resourceType, results);
    }

    /// <summary>The condition of a conditional delete, which looks for one more than may be deleted.</summary>
    internal WriteCondition Bind(string resourceType, IReadOnlyList<KeyValuePair<string, string>> query, InteractionContext context) =>
        criteria.Bind(resourceType, query, "conditional delete", maxMatches + 1, context.BaseUrl);

    internal int MaxMatches => maxMatches;

    /// <summary>The answer to a conditional delete.</summary>
    internal static FhirResponse Deleted(string resourceType, IReadOnlyList<WriteResult> results) => results switch
    {
        [] => new FhirResponse(204, null) { Remarks = [Issue.Information($"No {resourceType} matches the criteria; nothing was deleted.")] },
        [var single] => FhirResponse.Written(single) with { Remarks = [Issue.Information($"{single.Version.Key} was deleted.")] },
        _ => new FhirResponse(204, null)
        {
            Remarks = [Issue.Information($"{results.Count} resources were deleted: {string.Join(", ", results.Select(result => result.Version.Key.ToString()).Order(StringComparer.Ordinal))}.")],
        },
    };
}
