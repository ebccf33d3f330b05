using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The resources of a transaction, validated as each of them would be by itself, with issues at the lines of the bundle.</summary>
internal sealed class EntryValidation(WriteValidation validation, IReadOnlyList<BundleEntry> entries, List<Element> elements)
{
    private readonly Dictionary<string, ResourceDocument> byReference = new(StringComparer.Ordinal);

    /// <returns>Refusals and remarks of all entries, with expressions from the bundle's root.</returns>
    public async Task<EntryVerdict> CheckAsync(InteractionContext context, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            if (entry.Resource is not { } resource) continue;
            if (entry.FullUrl is { } fullUrl) byReference.TryAdd(fullUrl, resource);
            if (resource.Id is { } id && entry.Method == "PUT") byReference.TryAdd($"{resource.ResourceType}/{id}", resource);
        }

        var remarks = new IReadOnlyList<Issue>?[elements.Count];
        var refusals = new List<Issue>();
        var isSeen = context.Return == ReturnPreference.OperationOutcome;
        foreach (var entry in entries)
        {
            if (entry.Resource is not { } resource || entry.IsOperation) continue;

            // As it was sent, before references are rewritten, so that lines are those of the body.
            var verdict = await validation.JudgeAsync(resource, isSeen, byReference.GetValueOrDefault, cancellationToken, context.IsReview);
            if (verdict.Refusals.Count > 0) refusals.AddRange(InBundle(verdict.Refusals, entry));
            if (verdict.Remarks.Count > 0) remarks[entry.Index] = InBundle(verdict.Remarks, entry);
        }

        return new EntryVerdict(refusals, remarks);
    }

    /// <summary>What a patch came to stands nowhere in the bundle.</summary>
    private List<Issue> InBundle(IReadOnlyList<Issue> issues, BundleEntry entry) => entry.Patch is not null
        ? [.. issues.Select(issue => issue with
        {
            Expression = $"{entry.Expression}.resource",
            Diagnostics = issue.Expression is { } at ? $"After the patch, at {at}: {issue.Diagnostics}" : issue.Diagnostics,
            Line = 0,
            Column = 0,
        })]
        : EntryPlace.InBundle(issues, entry, elements[entry.Index].Child("resource")!.Value);
}

/// <summary>Takes issues about an entry's resource to the bundle it stands in.</summary>
internal static class EntryPlace
{
    public static List<Issue> InBundle(IReadOnlyList<Issue> issues, BundleEntry entry, Element resource)
    {
        var input = InputResource.Of(resource, $"{entry.Expression}.resource");
        var type = entry.Resource!.ResourceType;
        return
        [
            .. issues.Select(input.InBody).Select(issue => issue.Expression is { } path && path.StartsWith(type, StringComparison.Ordinal)
                ? issue with { Expression = $"{input.Expression}{path[type.Length..]}" }
                : issue),
        ];
    }
}
