using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Packages;

namespace Myeloma.Fhir.Interactions;

/// <summary>The way of every write to the store: validated by the policy, stored, and what the server works with brought up to it.</summary>
public sealed class ResourceWriting(ResourceStore store, WriteValidation validation, CurrentSearchParameters searchParameters, CurrentDefinitions definitions)
{
    public WriteValidation Validation => validation;

    /// <summary>Called after each write, when it is committed.</summary>
    public Action<IReadOnlyList<WriteResult>>? Written { get; set; }

    /// <summary>Validates and stores one resource, or deletes it.</summary>
    /// <param name="wanted">What the client asked to get back: remarks are looked for when it is the OperationOutcome.</param>
    /// <returns>The answer with the resource as stored; its remarks are shown by <see cref="FhirResponse.With"/>.</returns>
    /// <exception cref="FhirException">What validation refuses (422), or the store; nothing was changed then.</exception>
    public async Task<FhirResponse> WriteAsync(WriteOperation operation, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        var document = operation switch
        {
            WriteOperation.Create create => create.Document,
            WriteOperation.Update update => update.Document,
            _ => null,
        };
        var remarks = document is null ? [] : await validation.CheckAsync(document, wanted == ReturnPreference.OperationOutcome, cancellationToken);
        var results = await StoreAsync([operation], cancellationToken);
        return FhirResponse.Written(results[0]) with { Remarks = remarks };
    }

    /// <summary>Validates a resource and stores it as the searches of the write find, or does not.</summary>
    /// <returns>The answer with the resource as it is now.</returns>
    /// <exception cref="FhirException">As above; what the plan throws.</exception>
    public async Task<FhirResponse> WriteAsync(ResourceDocument document, ConditionalWrite write, ReturnPreference? wanted, CancellationToken cancellationToken)
    {
        var remarks = await validation.CheckAsync(document, wanted == ReturnPreference.OperationOutcome, cancellationToken);
        var results = await StoreAsync(write, cancellationToken);
        return FhirResponse.Written(results[0]) with { Remarks = remarks };
    }

    /// <summary>Stores what was validated already, in one transaction.</summary>
    /// <returns>One result an operation, in their order.</returns>
    /// <exception cref="FhirException">As <see cref="ResourceStore.WriteAsync(IReadOnlyList{WriteOperation}, CancellationToken)"/>.</exception>
    public async Task<IReadOnlyList<WriteResult>> StoreAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        if (validation.ProtectsReviews) ReviewRules.RefuseDeletions(operations);
        return await StoredAsync(await store.WriteAsync(operations, cancellationToken), cancellationToken);
    }

    /// <inheritdoc cref="StoreAsync(IReadOnlyList{WriteOperation}, CancellationToken)"/>
    public async Task<IReadOnlyList<WriteResult>> StoreAsync(ConditionalWrite write, CancellationToken cancellationToken)
    {
        var kept = !validation.ProtectsReviews ? write : write with
        {
            Plan = matches =>
            {
                var operations = write.Plan(matches);
                ReviewRules.RefuseDeletions(operations);
                return operations;
            },
        };
        return await StoredAsync(await store.WriteAsync(kept, cancellationToken), cancellationToken);
    }

    /// <summary>Stores a batch of an import, whose lines were validated already.</summary>
    /// <exception cref="FhirException">As <see cref="ResourceStore.ImportAsync"/>.</exception>
    public async Task<ImportOutcome> ImportAsync(ImportBatch batch, ImportReferences references, CancellationToken cancellationToken)
    {
        var outcome = await store.ImportAsync(batch, references, cancellationToken);
        await StoredAsync(outcome.Results, cancellationToken);
        return outcome;
    }

    /// <summary>Stores the resources of packages, which were validated already, and keeps the packages, in one transaction.</summary>
    /// <exception cref="FhirException">As <see cref="ResourceStore.InstallAsync"/>.</exception>
    public async Task<IReadOnlyList<WriteResult>> InstallAsync(IReadOnlyList<WriteOperation> operations, IReadOnlyList<NewPackage> packages, CancellationToken cancellationToken) =>
        await StoredAsync(await store.InstallAsync(operations, packages, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<WriteResult>> StoredAsync(IReadOnlyList<WriteResult> results, CancellationToken cancellationToken)
    {
        Written?.Invoke(results);
        await definitions.AfterWriteAsync(results);
        await searchParameters.AfterWriteAsync(results, cancellationToken);
        return results;
    }
}
