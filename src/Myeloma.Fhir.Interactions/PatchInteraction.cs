using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The patch interaction: a new version of a resource, made of the current one by operations.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#patch. What it comes to is stored as an update would store it, only if nobody else has changed the resource meanwhile.</remarks>
public sealed class PatchInteraction(PatchedResource patched, UpdateInteraction update)
{
    /// <param name="wanted">What the client asked to get back; remarks are made only for whom they are shown.</param>
    /// <param name="ifMatch">The version that has to be the current one; null when any will do: then the patch is done anew when somebody else was faster.</param>
    /// <returns>200 with the new version; with the current one when the patch changes nothing.</returns>
    /// <exception cref="FhirException">As <see cref="PatchedResource.MakeAsync"/>, and what refuses an update; nothing was changed then.</exception>
    public async Task<FhirResponse> HandleAsync(
        ResourceKey key, PatchDocument patch, int? ifMatch, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        for (var repeat = 0; ; repeat++)
        {
            var (document, version) = await patched.MakeAsync(key, patch, ifMatch, cancellationToken);
            try
            {
                var answer = await update.HandleAsync(key, document.Bytes, version, onlyIfAbsent: false, wanted, cancellationToken);
                return answer with { Remarks = WithoutLines(answer.Remarks) };
            }
            catch (FhirException fault) when (ifMatch is null && fault.Issues[0].MessageId == OutcomeStatus.VersionConflict)
            {
                if (repeat < PatchedResource.MaxRepeats) continue;
                throw new FhirException(Issue.Conflict($"Others changed {key} faster than it could be patched; send the patch again.") with { MessageId = PatchedResource.Overtaken });
            }
            catch (FhirException fault)
            {
                throw new FhirException(WithoutLines(fault.Issues));
            }
        }
    }

    /// <summary>Nobody has seen the text that a patch makes.</summary>
    private static IReadOnlyList<Issue> WithoutLines(IReadOnlyList<Issue> issues) => [.. issues.Select(issue => issue with { Line = 0, Column = 0 })];

    /// <summary>Conditional patch: of the one resource that criteria select.</summary>
    /// <exception cref="FhirException">As above; <c>not-found</c> when none matches, <c>multiple-matches</c> (412) when several do.</exception>
    public async Task<FhirResponse> HandleAsync(
        string resourceType, IReadOnlyList<KeyValuePair<string, string>> criteria, PatchDocument patch, int? ifMatch, InteractionContext context, CancellationToken cancellationToken) =>
        await HandleAsync(await patched.FindAsync(resourceType, criteria, context, cancellationToken), patch, ifMatch, context.Return, cancellationToken);
}
