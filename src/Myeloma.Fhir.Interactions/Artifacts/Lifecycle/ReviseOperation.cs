using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$revise</c>: an update of a draft that stays a draft.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-revise.html</remarks>
internal sealed class ReviseOperation(ResourceStore store, ArtifactWriting writing) : IOperation
{
    public OperationDefinition Definition { get; } = ArtifactOperations.DefineWriting("$revise", "revise", [new("resource", "Resource", Min: 1)]);

    /// <returns>200 with a Bundle of type transaction-response that holds the resource as it is now.</returns>
    /// <exception cref="FhirException">
    /// All faults of the resource together; <c>invalid</c>: it is of another type, or has another id than the URL; <c>not-found</c>, <c>deleted</c>; <c>business-rule</c>: it is no draft, or was none.
    /// </exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        request.TryResource("resource", out var input);
        var document = input!.Document;
        var at = input.Expression is { } place ? place : document.ResourceType;
        var faults = input.InBody(ResourceIntake.Errors(document)).ToList();
        if (document.ResourceType != request.Type) faults.Add(Issue.Invalid($"The resource is of type {document.ResourceType}, the URL names {request.Type}; they have to be the same type.", at));
        else if (document.Id is not { } id) faults.Add(Issue.Required("The resource carries the id of the draft that it revises.", $"{at}.id"));
        else if (request.Id is { } own && own != id) faults.Add(Issue.Invalid($"The resource has the id '{id}', the URL '{own}'; they have to be the same.", $"{at}.id"));
        if (faults.Count > 0) throw new FhirException(faults);
        var key = new ResourceKey(document.ResourceType, document.Id!);
        if (ArtifactTree.StatusOf(document) != "draft")
            throw new FhirException(Issue.BusinessRule($"{key} is to be {ArtifactTree.StatusOf(document) ?? "without a status"}; what is revised stays a draft. Use $release to make it active.", $"{at}.status"));
        return writing.StoreAsync(request, async () =>
        {
            var read = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
            if (read.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(read.LastUpdated)}."));
            var status = ArtifactTree.StatusOf(ArtifactSelection.Parsed(read));
            if (status != "draft") throw new FhirException(Issue.BusinessRule($"{key} is {status ?? "without a status"}; only a draft is revised. Use $draft for a new version of it.", $"{at}.status"));
            return new ArtifactChange([new WriteOperation.Update(key, document, read.VersionId)], []);
        }, cancellationToken);
    }
}
