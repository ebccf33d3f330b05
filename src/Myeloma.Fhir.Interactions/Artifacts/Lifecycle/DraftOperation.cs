using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$draft</c>: a new version of an artifact that is active or retired, and of what it is composed of, to be worked on; and <c>$clone</c>: the same of an artifact in any status.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-draft.html, https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-clone.html</remarks>
/// <param name="newId">Gives ids that were never used.</param>
internal sealed class DraftOperation(bool isClone, LifecycleAccess access, ArtifactWriting writing, Func<string> newId) : IOperation
{
    /// <summary>What is said of the version that was published, and of it only.</summary>
    private static readonly string[] OfThePublished = ["effectivePeriod", "approvalDate", "lastReviewDate"];

    private static readonly string[] ExtensionsOfThePublished =
    [
        ArtifactEdit.ReleaseLabel, "http://hl7.org/fhir/StructureDefinition/artifact-releaseDescription", "http://hl7.org/fhir/StructureDefinition/cqf-artifactComment",
        "http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-effectiveDataRequirements",
    ];

    private readonly string versionName = isClone ? "cloneVersion" : "draftVersion";

    public OperationDefinition Definition { get; } = isClone
        ? ArtifactOperations.DefineWriting("$clone", "clone", [.. LifecycleAccess.Selecting, new("cloneVersion", "string"), new("newUrl", "uri")])
        : ArtifactOperations.DefineWriting("$draft", "draft", [.. LifecycleAccess.Selecting, new("draftVersion", "string")]);

    /// <returns>200 with a Bundle of type transaction-response: the new artifact first, then what of its components is new.</returns>
    /// <exception cref="FhirException">
    /// What <see cref="BusinessVersion.Read"/> and <see cref="LifecycleAccess.SelectAsync"/> name; <c>business-rule</c>: the artifact is a draft already; <c>duplicate</c>: the version is there.
    /// </exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var version = BusinessVersion.Read(request, versionName, out var selected);
        return writing.StoreAsync(request, async () => Change(request, await access.SelectAsync(request, selected, isClone ? [] : ["active", "retired"], cancellationToken), version), cancellationToken);
    }

    private ArtifactChange Change(OperationRequest request, SelectedArtifact selected, string version)
    {
        var root = selected.Root;
        if (!isClone && ArtifactTree.StatusOf(root) is not ("active" or "retired"))
            throw new FhirException(Issue.BusinessRule($"{TracedArtifacts.NameOf(root)} is {ArtifactTree.StatusOf(root) ?? "without a status"}; a draft is made of what is active or retired. Change it as it is, or make a copy with $clone.", $"{root.ResourceType}.status"));

        // A component that is a draft is worked on already.
        List<ResourceDocument> copied = [.. access.TreeOf(selected, isOwned: null).All.Where((document, at) => at == 0 || isClone || ArtifactTree.StatusOf(document) is "active" or "retired")];
        var newUrl = isClone ? request.Text("newUrl") : null;
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in copied)
            if (document.Root.TextOf("url") is { } url) moved[url] = $"{(document == root && newUrl is not null ? newUrl : url)}|{version}";
        return new ArtifactChange([.. copied.Select(document => ArtifactWriting.Create(Made(document, version, document == root ? newUrl : null, moved)))], []);
    }

    private ResourceDocument Made(ResourceDocument read, string version, string? newUrl, Dictionary<string, string> moved)
    {
        // What is copied is referred to as the copy, where it is a component; what it depends on stays what it was.
        var edit = new ArtifactEdit(CanonicalRewrite.Apply(read, (parent, place) =>
            parent.Type.Name == "RelatedArtifact" && parent.TextOf("type") == "composed-of" ? moved.GetValueOrDefault(place.Text!.Split('|')[0]) : null));
        edit.BecomeNew(newId());
        if (newUrl is not null) edit.Set("url", newUrl);
        edit.Set("version", version);
        edit.Set("status", "draft");
        edit.Set("date", access.Today);
        foreach (var name in OfThePublished) edit.Remove(name);
        foreach (var url in ExtensionsOfThePublished) edit.RemoveExtension(url);
        edit.TakeParametersBack();
        return edit.ToDocument();
    }
}
