using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The update interaction: a new version of a resource, or its first one under an id that the client chose.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#update</remarks>
/// <param name="newId">Gives ids that were never used.</param>
public sealed class UpdateInteraction(ResourceWriting writing, ResourceIntake intake, CriteriaBinding criteria, Func<string> newId)
{
    /// <param name="body">A resource with the type and id of <paramref name="key"/>.</param>
    /// <param name="ifMatch">The version that has to be the current one; null when any will do.</param>
    /// <param name="onlyIfAbsent">Whether the resource must not exist yet: <c>If-None-Match: *</c>.</param>
    /// <param name="wanted">What the client asked to get back; remarks are made only for whom they are shown.</param>
    /// <returns>201 for the first version, 200 for a further one, 200 with the current version when nothing differs.</returns>
    /// <exception cref="FhirException">
    /// All faults of the body together; <c>conflict</c> when another version is current than <paramref name="ifMatch"/> says, or one although there must be none (412).
    /// </exception>
    public async Task<FhirResponse> HandleAsync(
        ResourceKey key, ReadOnlyMemory<byte> body, int? ifMatch, bool onlyIfAbsent, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        var document = intake.Read(body, key.Type);
        ResourceIntake.CheckId(document, key.Id);
        return await writing.WriteAsync(new WriteOperation.Update(key, document, ifMatch) { OnlyIfAbsent = onlyIfAbsent }, wanted, cancellationToken);
    }

    /// <summary>Conditional update: of the one resource that matches the criteria, else a new one.</summary>
    /// <param name="ifMatch">The version that the match has to be at; null when any will do.</param>
    /// <param name="onlyIfAbsent">Whether there must be no match: <c>If-None-Match: *</c>.</param>
    /// <returns>200 for a further version, 201 for a new resource: under the id in the body, else one that the server gives.</returns>
    /// <exception cref="FhirException">
    /// All faults of the body together; <c>multiple-matches</c> (412) when several match; <c>invalid</c> when the body has another id than the match; <c>duplicate</c> (409) when nothing matches and the
    /// id in the body is taken; <c>conflict</c> when another version is current than <paramref name="ifMatch"/> says.
    /// </exception>
    /// <remarks>https://hl7.org/fhir/R4/http.html#cond-update</remarks>
    public async Task<FhirResponse> HandleAsync(
        string resourceType, IReadOnlyList<KeyValuePair<string, string>> query, ReadOnlyMemory<byte> body, int? ifMatch, bool onlyIfAbsent, InteractionContext context, CancellationToken cancellationToken)
    {
        const string what = "conditional update";
        var condition = criteria.Bind(resourceType, query, what, 2, context.BaseUrl);
        var document = intake.Read(body, resourceType);
        return await writing.WriteAsync(
            document,
            new ConditionalWrite(
                [condition],
                matches => matches[0] switch
                {
                    [] when ifMatch is { } version => throw new FhirException(ConditionIssues.NoneToMatch(resourceType, version)),
                    [] => [new WriteOperation.Create(new ResourceKey(resourceType, document.Id ?? newId()), document)],
                    [var match, ..] when onlyIfAbsent => throw new FhirException(ConditionIssues.MustNotMatch(match.Key)),
                    [var match] when document.Id is { } own && own != match.Key.Id => throw new FhirException(ConditionIssues.OtherId(resourceType, own, match.Key.Id)),
                    [var match] => [new WriteOperation.Update(match.Key, document, ifMatch) { MatchedVersion = match.VersionId }],
                    _ => throw new FhirException(ConditionIssues.SeveralMatch(resourceType, what)),
                }),
            context.Return,
            cancellationToken);
    }
}
