using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The create interaction: a new resource under an id that the server gives.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#create</remarks>
/// <param name="newId">Gives ids that were never used: legal, at most 64 characters.</param>
public sealed class CreateInteraction(ResourceWriting writing, ResourceIntake intake, CriteriaBinding criteria, Func<string> newId)
{
    /// <param name="body">A resource of <paramref name="resourceType"/>; an id in it is passed over.</param>
    /// <param name="wanted">What the client asked to get back; remarks are made only for whom they are shown.</param>
    /// <returns>201 with the resource as stored, its version and its location.</returns>
    /// <exception cref="FhirException">All faults of the body together.</exception>
    public async Task<FhirResponse> HandleAsync(string resourceType, ReadOnlyMemory<byte> body, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        var document = intake.Read(body, resourceType);
        return await writing.WriteAsync(new WriteOperation.Create(new ResourceKey(resourceType, newId()), document), wanted, cancellationToken);
    }

    /// <summary>Conditional create: only when nothing matches the criteria.</summary>
    /// <param name="ifNoneExist">Criteria as in a query.</param>
    /// <returns>As above; 200 with the one resource that matches, which stays as it is.</returns>
    /// <exception cref="FhirException">As above; <c>multiple-matches</c> (412) when several match; faults of the criteria.</exception>
    /// <remarks>https://hl7.org/fhir/R4/http.html#ccreate. Of requests at the same time with the same criteria one creates.</remarks>
    public async Task<FhirResponse> HandleAsync(
        string resourceType, ReadOnlyMemory<byte> body, string ifNoneExist, InteractionContext context, CancellationToken cancellationToken)
    {
        const string what = "conditional create";
        var condition = criteria.Bind(resourceType, CriteriaBinding.Parse(resourceType, ifNoneExist), what, 2, context.BaseUrl);
        var document = intake.Read(body, resourceType);
        return await writing.WriteAsync(
            document,
            new ConditionalWrite(
                [condition],
                matches => matches[0] switch
                {
                    [] => [new WriteOperation.Create(new ResourceKey(resourceType, newId()), document)],
                    [var match] => [new WriteOperation.Keep(match.Key) { MatchedVersion = match.VersionId }],
                    _ => throw new FhirException(ConditionIssues.SeveralMatch(resourceType, what)),
                }),
            context.Return,
            cancellationToken);
    }
}
