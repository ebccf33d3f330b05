using Myeloma.Fhir.Interactions.Artifacts.Lifecycle;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>The operations on artifacts, as Canonical Resource Management Infrastructure has them. https://hl7.org/fhir/uv/crmi/operations.html</summary>
public static class ArtifactOperations
{
    private const int Any = int.MaxValue;

    /// <summary>The types that artifacts are of.</summary>
    internal static readonly string[] Types =
    [
        "ActivityDefinition", "CapabilityStatement", "CodeSystem", "CompartmentDefinition", "ConceptMap", "ExampleScenario", "GraphDefinition", "ImplementationGuide", "Library", "Measure", "Medication",
        "MedicationKnowledge", "MessageDefinition", "NamingSystem", "OperationDefinition", "PlanDefinition", "Questionnaire", "SearchParameter", "StructureDefinition", "StructureMap", "Substance",
        "TerminologyCapabilities", "TestScript", "ValueSet",
    ];

    /// <summary>Which artifact, in which versions of what it depends on.</summary>
    private static readonly OperationParameter[] Shared =
    [
        new("id", "string"), new("url", "uri"), new("version", "string"), new("identifier", "string"), new("artifactVersion", "uri", Max: Any), new("checkArtifactVersion", "uri", Max: Any),
        new("forceArtifactVersion", "uri", Max: Any), new("manifest", "canonical"), new("contentEndpoint", "Endpoint"), new("terminologyEndpoint", "Endpoint"), new("artifactEndpointConfiguration", null, Max: Any),
    ];

    /// <summary>In which versions of what it depends on, for operations that make them certain.</summary>
    internal static readonly OperationParameter[] Bindings =
    [
        new("artifactVersion", "uri", Max: Any), new("checkArtifactVersion", "uri", Max: Any), new("forceArtifactVersion", "uri", Max: Any), new("manifest", "canonical"),
    ];

    /// <summary>All of them, in the order of their names.</summary>
    public static IEnumerable<IOperation> All(
        ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ArtifactSettings settings, TerminologyLimits limits, PatchLimits patchLimits,
        TimeProvider time, ResourceWriting writing, Func<string> newId)
    {
        var access = new ArtifactAccess(store, definitions, searchParameters, options, settings);
        var expansions = new ExpandedValueSets(definitions, limits, time);
        yield return new ArtifactDiffOperation(access, expansions, store, definitions, patchLimits);
        yield return new DataRequirementsOperation(access);
        yield return new DuplicateArtifactsOperation(store);
        yield return new LicenseRequirementsOperation(access);
        yield return new PackageOperation(access, expansions);
        var selection = new ArtifactSelection(store, searchParameters, options);
        var selected = new LifecycleAccess(selection, definitions, settings, time);
        var written = new ArtifactWriting(writing);
        yield return new AssessOperation(isApproval: true, selected, written, newId);
        yield return new DraftOperation(isClone: true, selected, written, newId);
        yield return new DraftOperation(isClone: false, selected, written, newId);
        yield return new InferManifestParametersOperation(selected);
        yield return new ReleaseOperation(selected, written, store);
        yield return new ResolveOperation(selection, definitions);
        yield return new RetireOperation(selected, written);
        yield return new AssessOperation(isApproval: false, selected, written, newId);
        yield return new ReviseOperation(store, written);
        yield return new WithdrawOperation(selected, written);
    }

    /// <summary>Canonical of our OperationDefinition, which names CRMI's as its base where there is one.</summary>
    internal static string UrlOf(string id) => "http://myeloma-fhir.org/fhir/OperationDefinition/" + id;

    /// <summary>An operation that changes what is stored.</summary>
    internal static OperationDefinition DefineWriting(string name, string id, OperationParameter[] parameters) => new()
    {
        Name = name,
        Url = UrlOf(id),
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = Types,
        AffectsState = true,
        Parameters = parameters,
    };

    internal static OperationDefinition Define(string name, string id, OperationParameter[] own) => new()
    {
        Name = name,
        Url = UrlOf(id),
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = Types,
        Parameters = [.. Shared, .. own],
    };
}
