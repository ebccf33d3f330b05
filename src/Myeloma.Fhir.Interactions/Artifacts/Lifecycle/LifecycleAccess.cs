using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>The artifact that an operation of the lifecycle is about, by everything committed by now.</summary>
/// <param name="Root">As it is stored.</param>
/// <param name="Versions">All versions of what a url names, the one first that is meant without a version.</param>
internal sealed record SelectedArtifact(ResourceDocument Root, Func<string, IReadOnlyList<ResourceDocument>> Versions, ArtifactVersions Bindings);

/// <summary>Finds it.</summary>
internal sealed class LifecycleAccess(ArtifactSelection selection, CurrentDefinitions definitions, ArtifactSettings settings, TimeProvider time)
{
    /// <summary>Which artifact. https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-artifact-operation.html</summary>
    public static readonly OperationParameter[] Selecting = [new("id", "string"), new("url", "uri"), new("version", "string"), new("identifier", "string")];

    public int MaxResources => settings.MaxResources;

    /// <summary>The day it is, in UTC: <c>2026-01-31</c>.</summary>
    public string Today => time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="version">The version that was asked for besides a url or identifier; null when none was.</param>
    /// <param name="statuses">Where a url is named without a version: those that the operation is for, so that the latest version in one of them is meant.</param>
    /// <exception cref="FhirException">As <see cref="ArtifactSelection.GetAsync"/> and <see cref="ArtifactVersions.Read"/>.</exception>
    public async Task<SelectedArtifact> SelectAsync(OperationRequest request, string? version, string[] statuses, CancellationToken cancellationToken)
    {
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var bindings = ArtifactVersions.Read(request, versions);
        var root = await selection.SelectAsync(request, version, versions, bindings, cancellationToken);
        if (statuses.Length > 0 && !statuses.Contains(ArtifactTree.StatusOf(root)) && version is null && request.Text("url") is { } url && !url.Contains('|', StringComparison.Ordinal))
            root = versions(url).FirstOrDefault(document => document.ResourceType == request.Type && statuses.Contains(ArtifactTree.StatusOf(document))) ?? root;
        return new SelectedArtifact(root, versions, bindings);
    }

    /// <summary>All versions of what a url names, the one first that is meant without a version.</summary>
    public Task<Func<string, IReadOnlyList<ResourceDocument>>> VersionsAsync(CancellationToken cancellationToken) => definitions.FollowVersionsAsync(cancellationToken);

    /// <summary>The artifact and what it is composed of.</summary>
    /// <exception cref="FhirException">As above; what is missing of its components, all of it.</exception>
    public ArtifactTree TreeOf(SelectedArtifact selected, bool? isOwned)
    {
        var tree = ArtifactTree.Of(selected.Root, selected.Versions, selected.Bindings, isOwned, MaxResources);
        return tree.Faults.Count == 0 ? tree : throw new FhirException(tree.Faults);
    }
}
