using Myeloma.Fhir.Interactions.Bundles;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology.Caching;

namespace Myeloma.Fhir.Interactions;

/// <summary>The batch interaction: each entry by itself, whatever becomes of the others.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#transaction</remarks>
public sealed class BatchInteraction(
    CreateInteraction create, UpdateInteraction update, PatchInteraction patch, DeleteInteraction delete, Retrieval retrieval, TerminologyCaches caches, BundleLimits limits)
{
    /// <param name="bundle">Of type batch.</param>
    /// <returns>200 with a bundle of type batch-response: one entry each, in their order; a fault is the answer of its entry.</returns>
    /// <exception cref="FhirException">The bundle itself is broken, or has more entries than allowed; <c>not-found</c>: there are operations, and the terminology cache that they name is not here.</exception>
    public async Task<FhirResponse> HandleAsync(ResourceDocument bundle, InteractionContext context, CancellationToken cancellationToken)
    {
        var elements = limits.EntriesOf(bundle);
        var faults = new EntryFaults(bundle, elements.Count);
        if (faults.Outside.Count > 0) throw new FhirException(faults.Outside);
        var reader = new BundleEntryReader(context.BaseUrl, takesPostedOperations: true);
        var answers = new FhirResponse[elements.Count];
        var entries = new BundleEntry?[elements.Count];
        for (var i = 0; i < elements.Count; i++)
        {
            // What an operation is given it judges itself: a broken resource is what $validate is asked about.
            var issues = faults.Of(i);
            if (InvokesOperation(elements[i])) issues.RemoveAll(issue => issue.Expression!.StartsWith($"Bundle.entry[{i}].resource.", StringComparison.Ordinal));
            entries[i] = issues.Count == 0 ? reader.Read(elements[i], i, issues) : null;
            if (entries[i] is null) answers[i] = FhirResponse.Fault(issues);
        }

        // A question may name what another one of the batch brings along, wherever that stands.
        if (context.CacheId is { } cache && entries.Any(entry => entry?.IsOperation == true))
            CachedResources.Use(caches, cache, entries.Where(entry => entry?.IsOperation == true).Select(entry => ("validation", entry!.Resource)));

        var options = new ParallelOptions { MaxDegreeOfParallelism = limits.Parallel, CancellationToken = cancellationToken };
        foreach (var run in Runs(entries))
            await Parallel.ForEachAsync(run, options, async (entry, cancelled) => answers[entry.Index] = await AnswerAsync(entry, context, cancelled));
        for (var i = 0; i < elements.Count; i++)
            if (entries[i] is { } entry) answers[i] = InBundle(answers[i], entry, elements[i]);

        return FhirResponse.Ok(new ResponseBundleContent("batch-response", answers, context));
    }

    /// <summary>
    /// The entries in runs that are done at a time. By the specification no entry may depend on another; but who reads what he wrote just before, or writes a resource twice,
    /// gets what he expects.
    /// </summary>
    private static IEnumerable<List<BundleEntry>> Runs(BundleEntry?[] entries)
    {
        var run = new List<BundleEntry>();
        var written = new HashSet<(string?, string)>();
        foreach (var entry in entries)
        {
            if (entry is null) continue;
            var isRead = entry.Method is "GET" or "HEAD";
            if (run.Count > 0 && (run[0].Method != entry.Method || (!isRead && entry.Target.Id is { } id && !written.Add((entry.Target.Type, id)))))
            {
                yield return run;
                run = [];
                written.Clear();
                if (entry.Target.Id is { } first) written.Add((entry.Target.Type, first));
            }
            else if (run.Count == 0 && entry.Target.Id is { } only)
            {
                written.Add((entry.Target.Type, only));
            }

            run.Add(entry);
        }

        if (run.Count > 0) yield return run;
    }

    /// <summary>Lines in an answer are those of the entry's resource; the caller knows the bundle's.</summary>
    private static FhirResponse InBundle(FhirResponse answer, BundleEntry entry, Element element) => entry.Resource is null
        ? answer
        : answer.WithIssues(issues => entry.IsOperation
            ? issues.All(issue => issue.Line == 0) ? issues : InputResource.Of(element.Child("resource")!.Value, $"{entry.Expression}.resource").InBody(issues)
            : EntryPlace.InBundle(issues, entry, element.Child("resource")!.Value));

    private static bool InvokesOperation(Element entry) => entry.Child("request")?.TextOf("url") is { } url
        && url.AsSpan(0, url.AsSpan().IndexOf('?') is >= 0 and var mark ? mark : url.Length) is var path
        && path[(path.LastIndexOf('/') + 1)..].StartsWith("$", StringComparison.Ordinal);

    private async Task<FhirResponse> AnswerAsync(BundleEntry entry, InteractionContext context, CancellationToken cancellationToken)
    {
        try
        {
            var key = new ResourceKey(entry.Target.Type ?? "", entry.Target.Id ?? "");
            var answer = entry.Method switch
            {
                "POST" when entry.Criteria is not null => await create.HandleAsync(key.Type, entry.Resource!.Bytes, entry.Criteria, context, cancellationToken),
                "PUT" when entry.Criteria is not null =>
                    await update.HandleAsync(key.Type, QueryText.Parse(entry.Criteria), entry.Resource!.Bytes, entry.IfMatch, entry.OnlyIfAbsent, context, cancellationToken),
                "DELETE" when entry.Criteria is not null => await delete.HandleAsync(key.Type, QueryText.Parse(entry.Criteria), entry.IfMatch, context, cancellationToken),
                "POST" when !entry.IsOperation => await create.HandleAsync(key.Type, entry.Resource!.Bytes, context.Return, cancellationToken),
                "PUT" => await update.HandleAsync(key, entry.Resource!.Bytes, entry.IfMatch, entry.OnlyIfAbsent, context.Return, cancellationToken),
                "PATCH" when entry.Target.Id is null =>
                    await patch.HandleAsync(key.Type, QueryText.Parse(entry.Query), entry.Patch!, entry.IfMatch, context, cancellationToken),
                "PATCH" => await patch.HandleAsync(key, entry.Patch!, entry.IfMatch, context.Return, cancellationToken),
                "DELETE" => await delete.HandleAsync(key, entry.IfMatch, cancellationToken),
                _ => null,
            };
            return answer is null
                ? await retrieval.HandleAsync(entry, context, cancellationToken)
                : answer.With(context.Return ?? ReturnPreference.Minimal);
        }
        catch (FhirException fault)
        {
            return FhirResponse.Fault(fault.Issues, preconditionGiven: entry.IfMatch is not null);
        }
    }
}
