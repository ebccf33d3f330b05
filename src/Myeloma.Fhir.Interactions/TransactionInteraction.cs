using Myeloma.Fhir.Interactions.Bundles;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The transaction interaction: all entries of a bundle, or none.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#transaction</remarks>
/// <param name="newId">Gives ids that were never used.</param>
public sealed class TransactionInteraction(
    ResourceWriting writing, BundleLimits limits, Retrieval retrieval, PatchedResource patched, Func<string> newId)
{
    /// <summary>Deletions first, then creations, updates, patches and at last the reads, which see the rest done.</summary>
    /// <param name="bundle">Of type transaction.</param>
    /// <returns>200 with a bundle of type transaction-response: one entry each, in their order.</returns>
    /// <exception cref="FhirException">All faults of all entries together, with expressions like <c>Bundle.entry[3].resource.birthDate</c>; nothing was changed then.</exception>
    public async Task<FhirResponse> HandleAsync(ResourceDocument bundle, InteractionContext context, CancellationToken cancellationToken)
    {
        for (var repeat = 0; ; repeat++)
        {
            try
            {
                return await RunAsync(bundle, context, cancellationToken);
            }
            catch (FhirException fault) when (repeat < PatchedResource.MaxRepeats && fault.Issues.All(issue => issue.MessageId == PatchedResource.Overtaken))
            {
                // A patch that names no version is made anew of what the faster one wrote.
            }
        }
    }

    private async Task<FhirResponse> RunAsync(ResourceDocument bundle, InteractionContext context, CancellationToken cancellationToken)
    {
        var (plan, elements) = await PlanAsync(bundle, context, cancellationToken);
        var answers = new FhirResponse[plan.Entries.Count];
        await WriteAsync(plan, elements, answers, context, cancellationToken);
        foreach (var entry in plan.Entries)
        {
            if (entry.Method is not ("GET" or "HEAD")) continue;
            try
            {
                answers[entry.Index] = await retrieval.HandleAsync(entry, context, cancellationToken);
            }
            catch (FhirException fault)
            {
                // The writes are committed by now; what a read finds missing is its own answer and no reason to deny them.
                answers[entry.Index] = FhirResponse.Fault(fault.Issues);
            }
        }

        return FhirResponse.Ok(new ResponseBundleContent("transaction-response", answers, context));
    }

    private async Task<(TransactionPlan Plan, List<Element> Elements)> PlanAsync(ResourceDocument bundle, InteractionContext context, CancellationToken cancellationToken)
    {
        var elements = limits.EntriesOf(bundle);
        var faults = new EntryFaults(bundle, elements.Count);
        var issues = faults.Outside;
        var reader = new BundleEntryReader(context.BaseUrl, takesPostedOperations: false);
        var entries = new List<BundleEntry>(elements.Count);
        for (var i = 0; i < elements.Count; i++)
        {
            // What an entry asks for is read only when its form is sound; the others' faults are told all the same.
            var own = faults.Of(i);
            if (own.Count == 0 && reader.Read(elements[i], i, own) is { } entry) entries.Add(entry);
            issues.AddRange(own);
        }

        if (issues.Count > 0) throw new FhirException(issues);

        entries = await new EntryPatches(patched, context).MakeAsync(entries, issues, cancellationToken);
        if (issues.Count > 0) throw new FhirException(issues);

        var plan = TransactionPlan.Make(entries, context, newId, issues);
        return issues.Count == 0 ? (plan, elements) : throw new FhirException(issues);
    }

    private async Task WriteAsync(
        TransactionPlan plan, List<Element> elements, FhirResponse[] answers, InteractionContext context, CancellationToken cancellationToken)
    {
        if (plan.Writes.Count == 0) return;
        var operations = new WriteOperation[plan.Writes.Count];
        for (var i = 0; i < operations.Length; i++) operations[i] = plan.Writes[i].Operation;

        var remarks = await new EntryValidation(writing.Validation, plan, elements).CheckAsync(context, cancellationToken);
        var results = await StoreAsync(plan, elements, operations, cancellationToken);
        for (var i = 0; i < operations.Length; i++)
        {
            var answer = FhirResponse.Written(results[i]) with { Remarks = remarks[plan.Writes[i].Entry.Index] ?? [] };
            answers[plan.Writes[i].Entry.Index] = answer.With(context.Return ?? ReturnPreference.Minimal);
        }
    }

    private async Task<IReadOnlyList<WriteResult>> StoreAsync(
        TransactionPlan plan, List<Element> elements, WriteOperation[] operations, CancellationToken cancellationToken)
    {
        try
        {
            return await writing.StoreAsync(operations, cancellationToken);
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue => Placed(issue, plan, elements))]);
        }
    }

    /// <summary>The store names resources, the caller knows entries. A version that is not the expected one was expected by an entry's ifMatch: 412.</summary>
    private static Issue Placed(Issue issue, TransactionPlan plan, List<Element> elements)
    {
        foreach (var (operation, entry) in plan.Writes)
        {
            if (!issue.Diagnostics.StartsWith($"{operation.Key} ", StringComparison.Ordinal)) continue;
            var isConflict = issue.MessageId == OutcomeStatus.VersionConflict;
            var element = elements[entry.Index];
            var place = isConflict ? element.Child("request")?.Child("ifMatch") ?? element : element.Child("resource") ?? element;
            var (line, column) = element.Document.PositionOf(place);
            issue = issue with { Expression = element.Document.ExpressionOf(place), Line = line, Column = column };
            if (isConflict && entry.GivesWay) return issue with { Expression = entry.Expression, MessageId = PatchedResource.Overtaken };
            return isConflict ? issue with { MessageId = OutcomeStatus.PreconditionFailed } : issue;
        }

        return issue;
    }
}
