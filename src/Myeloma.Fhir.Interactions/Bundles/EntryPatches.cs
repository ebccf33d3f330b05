using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The PATCH entries of a transaction: each is made of the current version, and stored only if that still is the current one.</summary>
internal sealed class EntryPatches(PatchedResource patched, InteractionContext context)
{
    /// <summary>Puts the patched resources into their entries.</summary>
    /// <param name="issues">Takes the faults, with expressions from the bundle's root.</param>
    public async Task<List<BundleEntry>> MakeAsync(IReadOnlyList<BundleEntry> entries, List<Issue> issues, CancellationToken cancellationToken)
    {
        var made = new List<BundleEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry.Patch is not { } patch)
            {
                made.Add(entry);
                continue;
            }

            try
            {
                made.Add(await MakeAsync(entry, patch, cancellationToken));
            }
            catch (FhirException fault)
            {
                issues.AddRange(fault.Issues.Select(issue => Placed(issue, entry)));
            }
        }

        return made;
    }

    private async Task<BundleEntry> MakeAsync(BundleEntry entry, PatchDocument patch, CancellationToken cancellationToken)
    {
        var type = entry.Target.Type!;
        var key = entry.Target.Id is { } id
            ? new ResourceKey(type, id)
            : await patched.FindAsync(type, QueryText.Parse(entry.Query), context, cancellationToken);
        var (document, version) = await patched.MakeAsync(key, patch, entry.IfMatch, cancellationToken);
        return entry with
        {
            Target = new RequestTarget(TargetKind.Instance, key.Type, key.Id),
            Resource = document,
            IfMatch = version,
            GivesWay = entry.IfMatch is null,
        };
    }

    /// <summary>Faults of the operations stand in the entry's Parameters; those of what they came to stand nowhere in the bundle.</summary>
    private static Issue Placed(Issue issue, BundleEntry entry) => issue.MessageId == OutcomeStatus.VersionConflict
        ? issue with { Expression = $"{entry.Expression}.request.ifMatch", MessageId = OutcomeStatus.PreconditionFailed }
        : issue with
        {
            Expression = issue.Expression is { } own && own.StartsWith("Parameters.", StringComparison.Ordinal)
                ? $"{entry.Expression}.resource{own["Parameters".Length..]}"
                : issue.Type == IssueType.NotFound || issue.Type == IssueType.Deleted || issue.Type == IssueType.MultipleMatches
                    ? $"{entry.Expression}.request.url"
                    : $"{entry.Expression}.resource",
            Diagnostics = issue.Expression is { } at && !at.StartsWith("Parameters.", StringComparison.Ordinal)
                ? $"After the patch, at {at}: {issue.Diagnostics}"
                : issue.Diagnostics,
        };
}
