using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>The writes that an operation on an artifact comes to.</summary>
/// <param name="Operations">In the order of the answer.</param>
/// <param name="Remarks">What is to be told besides; no errors.</param>
internal sealed record ArtifactChange(IReadOnlyList<WriteOperation> Operations, IReadOnlyList<Issue> Remarks);

/// <summary>Stores what operations make of artifacts: validated as every write is, in one transaction, and only if nobody else has changed what was read.</summary>
internal sealed class ArtifactWriting(ResourceWriting writing)
{
    private const int MaxRepeats = 5;

    /// <param name="changes">Reads and decides; called anew when somebody else was faster.</param>
    /// <returns>200 with a Bundle of type transaction-response that holds what was written; remarks stand in the outcome of its first entry.</returns>
    /// <exception cref="FhirException">What the changes throw; what validation or the store refuses, the lot of it; nothing was changed then.</exception>
    public async Task<FhirResponse> StoreAsync(OperationRequest request, Func<Task<ArtifactChange>> changes, CancellationToken cancellationToken)
    {
        for (var repeat = 0; ; repeat++)
        {
            var change = await changes();
            await ValidateAsync(change.Operations, cancellationToken);
            try
            {
                List<FhirResponse> answers = [.. (await writing.StoreAsync(change.Operations, cancellationToken)).Select(FhirResponse.Written)];
                if (change.Remarks.Count > 0 && answers.Count > 0) answers[0] = answers[0] with { Remarks = change.Remarks };
                return FhirResponse.Ok(new ResponseBundleContent("transaction-response", answers, request.Context));
            }
            catch (FhirException fault) when (repeat < MaxRepeats && fault.Issues.All(issue => issue.MessageId == OutcomeStatus.VersionConflict))
            {
                // It is done anew of what the faster one wrote.
            }
        }
    }

    /// <summary>The update of a document that was read, made of it by an operation.</summary>
    public static WriteOperation Update(ResourceDocument read, ResourceDocument made) =>
        new WriteOperation.Update(new ResourceKey(read.ResourceType, read.Id!), made, VersionIdOf(read));

    public static WriteOperation Create(ResourceDocument made) => new WriteOperation.Create(new ResourceKey(made.ResourceType, made.Id!), made);

    public static WriteOperation Delete(ResourceDocument read) => new WriteOperation.Delete(new ResourceKey(read.ResourceType, read.Id!), VersionIdOf(read));

    private static int VersionIdOf(ResourceDocument stored) =>
        int.Parse(stored.Root.Child("meta")!.Value.TextOf("versionId")!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task ValidateAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        List<Issue> refusals = [];
        foreach (var operation in operations)
        {
            var document = operation switch
            {
                WriteOperation.Create create => create.Document,
                WriteOperation.Update update => update.Document,
                _ => null,
            };
            if (document is null) continue;
            var faults = ResourceIntake.Errors(document);
            if (faults.Count == 0) faults.AddRange((await writing.Validation.JudgeAsync(document, isSeen: false, null, cancellationToken)).Refusals);

            // Nobody has seen the text that the operation made.
            refusals.AddRange(faults.Select(issue => issue with { Diagnostics = issue.MessageId == ReviewRules.ReleaseByReview ? issue.Diagnostics : $"{operation.Key} would have a fault: {issue.Diagnostics}", Line = 0, Column = 0 }));
        }

        if (refusals.Count > 0) throw WriteValidation.Refusal(refusals, []);
    }
}
