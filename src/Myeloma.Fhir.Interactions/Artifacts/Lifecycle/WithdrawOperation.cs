using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$withdraw</c>: takes a draft away that was never released, and the drafts among those it owns.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-repository-service.html#authoring-artifact-repository</remarks>
internal sealed class WithdrawOperation(LifecycleAccess access, ArtifactWriting writing) : IOperation
{
    public OperationDefinition Definition { get; } = ArtifactOperations.DefineWriting("$withdraw", "withdraw", LifecycleAccess.Selecting);

    /// <returns>200 with a Bundle of type transaction-response: 204 for each that was deleted, the artifact first.</returns>
    /// <exception cref="FhirException">What <see cref="LifecycleAccess.SelectAsync"/> names; <c>business-rule</c>: the artifact is no draft; <c>conflict</c>: something refers to it.</exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken) => writing.StoreAsync(request, async () =>
    {
        var selected = await access.SelectAsync(request, request.Text("version"), ["draft"], cancellationToken);
        if (ArtifactTree.StatusOf(selected.Root) != "draft")
            throw new FhirException(Issue.BusinessRule($"{TracedArtifacts.NameOf(selected.Root)} is {ArtifactTree.StatusOf(selected.Root) ?? "without a status"}; only a draft is withdrawn. What is active ends by $retire.", $"{selected.Root.ResourceType}.status"));
        return new ArtifactChange([.. access.TreeOf(selected, isOwned: true).All.Where(document => ArtifactTree.StatusOf(document) == "draft").Select(ArtifactWriting.Delete)], []);
    }, cancellationToken);
}
