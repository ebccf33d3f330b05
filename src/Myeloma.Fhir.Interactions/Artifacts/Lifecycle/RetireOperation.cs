using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$retire</c>: the end of an active artifact, and of the active ones among those it owns.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-repository-service.html#publishable-artifact-repository</remarks>
internal sealed class RetireOperation(LifecycleAccess access, ArtifactWriting writing) : IOperation
{
    public OperationDefinition Definition { get; } = ArtifactOperations.DefineWriting("$retire", "retire", LifecycleAccess.Selecting);

    /// <returns>200 with a Bundle of type transaction-response: the artifact first.</returns>
    /// <exception cref="FhirException">What <see cref="LifecycleAccess.SelectAsync"/> names; <c>business-rule</c>: the artifact is not active.</exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken) => writing.StoreAsync(request, async () =>
    {
        var selected = await access.SelectAsync(request, request.Text("version"), ["active"], cancellationToken);
        if (ArtifactTree.StatusOf(selected.Root) != "active")
            throw new FhirException(Issue.BusinessRule($"{TracedArtifacts.NameOf(selected.Root)} is {ArtifactTree.StatusOf(selected.Root) ?? "without a status"}; only what is active is retired. A draft ends by $withdraw.", $"{selected.Root.ResourceType}.status"));
        return new ArtifactChange([.. access.TreeOf(selected, isOwned: true).All.Where(document => ArtifactTree.StatusOf(document) == "active").Select(Retired)], []);
    }, cancellationToken);

    private Store.WriteOperation Retired(ResourceDocument read)
    {
        var edit = new ArtifactEdit(read);
        edit.Set("status", "retired");
        edit.Set("date", access.Today);
        return ArtifactWriting.Update(read, edit.ToDocument());
    }
}
