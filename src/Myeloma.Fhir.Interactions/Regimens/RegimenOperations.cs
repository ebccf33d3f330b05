using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>The operations on plans as regimens; all of them are our own.</summary>
public static class RegimenOperations
{
    /// <summary>All of them, in the order of their names.</summary>
    public static IEnumerable<IOperation> All(
        ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ApplySettings settings, ArtifactSettings artifacts, PatchLimits limits,
        RegimenLinting linting)
    {
        yield return new LintOperation(store, definitions, linting);
        yield return new RegimenDiffOperation(store, definitions, settings, limits);
        yield return new SameRegimenOperation(store, definitions, searchParameters, options, settings, artifacts);
    }
}
