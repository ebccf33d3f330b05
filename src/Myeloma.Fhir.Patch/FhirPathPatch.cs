using System.Diagnostics;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch.FhirPath;

namespace Myeloma.Fhir.Patch;

/// <summary>FHIRPath Patch: Parameters whose operations name their places by FHIRPath. https://hl7.org/fhir/R4/fhirpatch.html</summary>
/// <remarks>Operations are done in order, all or none. What they do not touch stays byte for byte.</remarks>
public static class FhirPathPatch
{
    /// <summary>Applies a patch to a resource.</summary>
    /// <param name="parameters">Parameters, sound against the schema.</param>
    /// <returns>A new document, the same one when there are no operations. Elements that the patch left without content are gone; until its end they are there to be added to.</returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: an operation is malformed, its path no FHIRPath; <c>business-rule</c> (message id <c>patch-not-applicable</c>): its path selects nothing or too much, or
    /// the place can't take the value; <c>too-costly</c>, <c>too-long</c>: past a limit. The expression names the operation, <c>Parameters.parameter[3]</c>.
    /// </exception>
    public static ResourceDocument Apply(ResourceDocument resource, ResourceDocument parameters, PatchLimits? limits = null)
    {
        limits ??= PatchLimits.Default;
        if (parameters.ResourceType != "Parameters")
            throw new FhirException(Issue.Invalid($"A FHIRPath Patch is Parameters, not {parameters.ResourceType}; a JSON Patch is sent as application/json-patch+json.", parameters.ResourceType));

        var operations = PatchOperation.ReadAll(parameters, limits);
        var started = Stopwatch.GetTimestamp();
        var current = resource;
        foreach (var operation in operations)
        {
            var left = limits.MaxTime - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) throw PatchFault.TooSlow(limits);
            var step = new PatchStep(current, operation, left);
            if (step.Apply() is not { } changed) continue;
            PatchFault.CheckSize(changed.Length, limits);
            current = ResourceDocument.Parse(changed, resource.Schema, limits.Parse);
        }

        return EmptyElements.Removed(current, limits);
    }
}
