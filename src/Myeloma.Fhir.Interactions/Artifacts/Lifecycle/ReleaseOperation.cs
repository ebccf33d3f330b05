using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$release</c>: makes a draft active, with the drafts it is composed of, and the versions of what they refer to certain.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-release.html</remarks>
internal sealed class ReleaseOperation(LifecycleAccess access, ArtifactWriting writing, ResourceStore store) : IOperation
{
    private static readonly string[] VersionBehaviors = ["default", "check", "force"];
    private static readonly string[] ExperimentalBehaviors = ["error", "warn", "none"];

    public OperationDefinition Definition { get; } = ArtifactOperations.DefineWriting(
        "$release", "release",
        [
            .. LifecycleAccess.Selecting, new("releaseVersion", "string"), new("versionBehavior", "code", Min: 1), new("requireVersionSpecificReferences", "boolean"), new("requireActiveReferences", "boolean"),
            new("latestFromTxServer", "boolean"), new("experimentalBehavior", "code"), new("releaseDate", "dateTime"), new("releaseLabel", "string"), .. ArtifactOperations.Bindings,
        ]);

    /// <returns>200 with a Bundle of type transaction-response: the artifact first, then what of its components was released; what is doubtful stands in the outcome of the first entry.</returns>
    /// <exception cref="FhirException">
    /// What <see cref="BusinessVersion.Read"/> and <see cref="LifecycleAccess.SelectAsync"/> name; <c>code-invalid</c>: a behavior there is not; <c>business-rule</c>: what keeps it from being released, all of it;
    /// <c>duplicate</c>: the version is there.
    /// </exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        List<Issue> faults = [.. Faulty(request, "versionBehavior", VersionBehaviors), .. Faulty(request, "experimentalBehavior", ExperimentalBehaviors)];
        if (faults.Count > 0) throw new FhirException(faults);
        var version = BusinessVersion.Read(request, "releaseVersion", out var selected);
        return writing.StoreAsync(request, async () =>
        {
            var found = await access.SelectAsync(request, selected, ["draft", "unknown"], cancellationToken);
            var root = found.Root;
            if (ArtifactTree.StatusOf(root) is not ("draft" or "unknown"))
                throw new FhirException(Issue.BusinessRule($"{TracedArtifacts.NameOf(root)} is {ArtifactTree.StatusOf(root) ?? "without a status"}; only a draft is released. Use $draft for a new version of it.", $"{root.ResourceType}.status"));

            // A manifest has the versions for itself; what the request says counts more.
            if (root.ResourceType == "Library") found.Bindings.AddManifest(root.Root);
            var release = new Release(access.TreeOf(found, isOwned: null), found, version, request);
            await release.TraceAsync(new DependencyTrace(found.Versions, found.Bindings, store, request.Context.BaseUrl, access.MaxResources), cancellationToken);
            return release.Make(request.Text("releaseDate") ?? access.Today);
        }, cancellationToken);
    }

    private static IEnumerable<Issue> Faulty(OperationRequest request, string name, string[] codes) => request.Text(name) is { } code && !codes.Contains(code)
        ? [Issue.CodeInvalid($"The parameter '{name}' is one of {string.Join(", ", codes)}, not '{code}'.", request.Arguments(name).First().Expression)]
        : [];
}
