using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>Holds committed changes, in their order and without gaps, against the criteria of active subscriptions.</summary>
/// <remarks>
/// What counts is the current version: one that is superseded before it was looked at is passed over for the one that superseded it, which is looked at in its turn.
/// </remarks>
public sealed class SubscriptionMatching(ResourceStore store, SubscriptionTable table, SubscriptionFollowing following, SubscriptionRules rules, SubscriptionOptions options)
{
    private const int Batch = 500;

    private readonly ConcurrentDictionary<string, (int Version, SubscriptionDefinition Definition)> definitions = new(StringComparer.Ordinal);

    /// <summary>Looks at what is final by now.</summary>
    /// <returns>Whether something matched.</returns>
    /// <exception cref="FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<bool> MatchAsync(CancellationToken cancellationToken)
    {
        var final = await store.FindFinalAsync(cancellationToken);
        var any = false;
        foreach (var behind in await store.FindBehindAsync(final, options.MaxBacklog, cancellationToken))
        {
            if (await FindDefinitionAsync(behind.Id, behind.Version, cancellationToken) is not { } definition) continue;
            try
            {
                any |= await store.KeepMatchesAsync(behind, rules.Bind(definition.Criteria), final, Batch, cancellationToken) > 0;
            }
            catch (FhirException fault) when (fault.Issues.Any(issue => issue.Type == IssueType.Transient))
            {
                // The database is away, or a search parameter is being indexed: nothing is lost by looking later.
            }
            catch (FhirException fault) when (fault.Issues.Any(issue => issue.Type == IssueType.TooCostly))
            {
                await FailedAsync(behind, $"The criteria can't be looked at: {fault.Message}", cancellationToken);
            }
            catch (FhirException fault)
            {
                await following.FailAsync(behind.Id, behind.Version, $"The criteria can't be searched for any longer: {fault.Message}", cancellationToken);
            }
        }

        return any;
    }

    /// <summary>The subscription as of a version.</summary>
    /// <returns>Null when another version is current.</returns>
    public async Task<SubscriptionDefinition?> FindDefinitionAsync(string id, int version, CancellationToken cancellationToken)
    {
        if (definitions.TryGetValue(id, out var known) && known.Version == version) return known.Definition;
        if (await store.FindAsync(new ResourceKey("Subscription", id), cancellationToken) is not { IsDeleted: false } current || current.VersionId != version) return null;
        var definition = SubscriptionDefinition.Read(ResourceDocument.Parse(current.Body));
        definitions[id] = (version, definition);
        return definition;
    }

    /// <summary>Forgets subscriptions that have changed.</summary>
    public void Forget(IEnumerable<string> ids)
    {
        foreach (var id in ids) definitions.TryRemove(id, out _);
    }

    /// <summary>A try failed: the next one is put off, and after as many as may be the subscription is in error.</summary>
    private async Task FailedAsync(SubscriptionBehind behind, string why, CancellationToken cancellationToken)
    {
        var failures = await table.FinishAsync(behind.Id, [], why, new RetryDelays(options.FirstRetry, options.LongestRetry), cancellationToken);
        if (failures > options.MaxRetries) await following.FailAsync(behind.Id, behind.Version, why, cancellationToken);
    }
}
