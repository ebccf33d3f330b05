using Myeloma.Fhir.Interactions.Bundles;
using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The transaction interaction: all entries of a bundle, or none.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#transaction</remarks>
/// <param name="retrievalOn">The reading interactions over a store.</param>
/// <param name="newId">Gives ids that were never used.</param>
public sealed class TransactionInteraction(
    ResourceWriting writing, BundleLimits limits, ResourceStore store, Func<ResourceStore, Retrieval> retrievalOn, PatchedResource patched, CriteriaBinding criteria, DeleteInteraction delete, Func<string> newId)
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
        var (entries, elements, conditions, faults) = await ReadAsync(bundle, context, cancellationToken);
        var answers = new FhirResponse[elements.Count];
        await WriteAsync(entries, elements, conditions, faults, answers, context, cancellationToken);
        await ReadAllAsync([.. entries.Where(entry => entry.Method is "GET" or "HEAD")], answers, context, cancellationToken);
        return FhirResponse.Ok(new ResponseBundleContent("transaction-response", answers, context));
    }

    /// <summary>The reads, all of one instant, at which the writes are done. Operations read for themselves.</summary>
    private async Task ReadAllAsync(List<BundleEntry> entries, FhirResponse[] answers, InteractionContext context, CancellationToken cancellationToken)
    {
        if (entries.Count == 0) return;
        await using var snapshot = await store.OpenSnapshotAsync(entries.Any(entry => entry.Query.Contains("_since", StringComparison.Ordinal)), cancellationToken);
        var retrieval = retrievalOn(snapshot.Store);
        foreach (var entry in entries)
        {
            try
            {
                answers[entry.Index] = await snapshot.ReadAsync(() => retrieval.HandleAsync(entry, context, cancellationToken), cancellationToken);
            }
            catch (FhirException fault)
            {
                // The writes are committed by now; what a read finds missing is its own answer and no reason to deny them.
                answers[entry.Index] = FhirResponse.Fault(fault.Issues);
            }
        }
    }

    /// <returns>The entries that are sound by themselves, and what is wrong with the others.</returns>
    private async Task<(List<BundleEntry> Entries, List<Element> Elements, TransactionConditions Conditions, BundleFaults Faults)> ReadAsync(
        ResourceDocument bundle, InteractionContext context, CancellationToken cancellationToken)
    {
        var elements = limits.EntriesOf(bundle);
        var forms = new EntryFaults(bundle, elements.Count);
        var faults = new BundleFaults(elements);
        faults.Add(forms.Outside);
        var reader = new BundleEntryReader(context.BaseUrl, takesPostedOperations: false);
        var entries = new List<BundleEntry>(elements.Count);
        for (var i = 0; i < elements.Count; i++)
        {
            // What an entry asks for is read only when its form is sound; the others' faults are told all the same.
            var own = forms.Of(i);
            if (own.Count == 0 && reader.Read(elements[i], i, own) is { } entry) entries.Add(entry);
            faults.Add(own);
        }

        var found = new List<Issue>();
        var conditions = TransactionConditions.Bind(entries, criteria, delete.MaxMatches, context.BaseUrl, found);
        entries = await new EntryPatches(patched, context).MakeAsync(entries, found, cancellationToken);
        faults.Add(found);
        return (entries, elements, conditions, faults);
    }

    private async Task WriteAsync(
        List<BundleEntry> entries, List<Element> elements, TransactionConditions conditions, BundleFaults faults, FhirResponse[] answers, InteractionContext context, CancellationToken cancellationToken)
    {
        // Faults that no search is needed for are known before the database is asked.
        var plan = MakePlan(entries, conditions, new TransactionPlan.Unsearched(conditions.All.Count), context, out var unsearched);
        faults.Add(unsearched);
        var verdict = await new EntryValidation(writing.Validation, entries, elements).CheckAsync(context, cancellationToken);
        faults.AddRefusals(verdict);
        if (entries.All(entry => entry.Method is "GET" or "HEAD"))
        {
            faults.Throw();
            return;
        }

        if (faults.Any) await RefuseAsync(plan, faults, cancellationToken);
        IReadOnlyList<WriteResult> results;
        try
        {
            results = conditions.All.Count == 0
                ? await writing.StoreAsync([.. plan.Writes.Select(write => write.Operation)], cancellationToken)
                : await writing.StoreAsync(
                    new ConditionalWrite(
                        conditions.All,
                        matches => [.. (plan = MakeSoundPlan(entries, conditions, matches, context)).Writes.Select(write => write.Operation)])
                    {
                        ClosingSearches = conditions.ReferenceSearches,
                        Complete = conditions.References.Count == 0 ? null : matches => plan.Complete(matches),
                    },
                    cancellationToken);
        }
        catch (FhirException fault)
        {
            throw new FhirException(Placed(fault.Issues, plan, elements));
        }

        Answer(entries, plan, results, verdict.Remarks, answers, context);
    }

    /// <summary>Nothing will be stored: but what the store has against the sound entries is told with the rest.</summary>
    private async Task RefuseAsync(TransactionPlan plan, BundleFaults faults, CancellationToken cancellationToken)
    {
        try
        {
            var obstacles = await store.FindObstaclesAsync([.. plan.Writes.Select(write => write.Operation).DistinctBy(operation => operation.Key)], cancellationToken);
            faults.AddObstacles(Placed(obstacles, plan, faults.Elements));
        }
        catch (FhirException)
        {
            // The faults that are known are the better answer than that the database is away.
        }

        faults.Throw();
    }

    private TransactionPlan MakePlan(
        List<BundleEntry> entries, TransactionConditions conditions, IReadOnlyList<IReadOnlyList<ConditionMatch>> matches, InteractionContext context, out List<Issue> issues) =>
        TransactionPlan.Make(entries, conditions, matches, context, delete.MaxMatches, newId, issues = []);

    /// <exception cref="FhirException">All faults that are known by these matches.</exception>
    private TransactionPlan MakeSoundPlan(
        List<BundleEntry> entries, TransactionConditions conditions, IReadOnlyList<IReadOnlyList<ConditionMatch>> matches, InteractionContext context)
    {
        var plan = MakePlan(entries, conditions, matches, context, out var issues);
        return issues.Count == 0 ? plan : throw new FhirException(issues);
    }

    private static void Answer(
        List<BundleEntry> entries, TransactionPlan plan, IReadOnlyList<WriteResult> results, IReadOnlyList<IReadOnlyList<Issue>?> remarks, FhirResponse[] answers, InteractionContext context)
    {
        var deleted = new Dictionary<int, List<WriteResult>>();
        foreach (var entry in entries)
            if (entry is { Method: "DELETE", Criteria: not null }) deleted.Add(entry.Index, []);
        for (var i = 0; i < results.Count; i++)
        {
            var entry = plan.Writes[i].Entry;
            if (deleted.TryGetValue(entry.Index, out var together)) together.Add(results[i]);
            else answers[entry.Index] = Wanted(FhirResponse.Written(results[i]) with { Remarks = remarks[entry.Index] ?? [] });
        }

        foreach (var entry in entries)
            if (deleted.TryGetValue(entry.Index, out var together)) answers[entry.Index] = Wanted(DeleteInteraction.Deleted(entry.Target.Type!, together));
        foreach (var (entry, same) in plan.Repeated) answers[entry.Index] = answers[same.Index] with { Status = 200 };

        FhirResponse Wanted(FhirResponse answer) => answer.With(context.Return ?? ReturnPreference.Minimal);
    }

    /// <summary>The store names resources, the caller knows entries. A version that is not the expected one was expected by an entry's ifMatch: 412.</summary>
    private static List<Issue> Placed(IReadOnlyList<Issue> issues, TransactionPlan plan, IReadOnlyList<Element> elements)
    {
        var byKey = new Dictionary<string, BundleEntry>(StringComparer.Ordinal);
        foreach (var (operation, entry) in plan.Writes) byKey.TryAdd(operation.Key.ToString(), entry);
        return [.. issues.Select(issue => Placed(issue, byKey, elements))];
    }

    private static Issue Placed(Issue issue, Dictionary<string, BundleEntry> byKey, IReadOnlyList<Element> elements)
    {
        var end = issue.Diagnostics.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0 || issue.Expression?.StartsWith("Bundle.", StringComparison.Ordinal) == true || !byKey.TryGetValue(issue.Diagnostics[..end], out var entry)) return issue;
        var isConflict = issue.MessageId == OutcomeStatus.VersionConflict;
        var element = elements[entry.Index];
        var place = entry.OnlyIfAbsent && issue.MessageId == OutcomeStatus.PreconditionFailed ? element.Child("request")!.Value.Child("ifNoneMatch")!.Value : isConflict ? element.Child("request")?.Child("ifMatch") ?? element : element.Child("resource") ?? element;
        var (line, column) = element.Document.PositionOf(place);
        var within = issue.Expression is { } own && entry.Patch is null && own.Contains('.', StringComparison.Ordinal) ? own[own.IndexOf('.', StringComparison.Ordinal)..] : "";
        issue = issue with { Expression = element.Document.ExpressionOf(place) + within, Line = line, Column = column };
        if (isConflict && entry.GivesWay) return issue with { Expression = entry.Expression, MessageId = PatchedResource.Overtaken };
        return isConflict ? issue with { MessageId = OutcomeStatus.PreconditionFailed } : issue;
    }
}
