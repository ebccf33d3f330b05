using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Interactions.Subscriptions;

/// <summary>The life of subscriptions: the server takes up what was requested, ends what is past its end, and tells errors, each as a new version of the resource.</summary>
/// <remarks>https://hl7.org/fhir/R4/subscription.html. Done by one server at a time. Whatever is cut off in the middle is done again: a version counts as followed at the very end.</remarks>
public sealed class SubscriptionFollowing(ResourceStore store, SubscriptionTable table, ResourceWriting writing, SubscriptionRules rules, SubscriptionOptions options, TimeProvider time)
{
    private const int Batch = 100;
    private const int MaxErrorLength = 500;

    /// <summary>Follows what clients, and ends, have changed.</summary>
    /// <returns>The ids of the subscriptions that changed.</returns>
    /// <exception cref="FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<IReadOnlyList<string>> FollowAsync(CancellationToken cancellationToken)
    {
        var changed = new List<string>();
        foreach (var version in await table.FindChangedAsync(Batch, cancellationToken))
        {
            changed.Add(version.Key.Id);
            try
            {
                await FollowAsync(version, cancellationToken);
            }
            catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.Transient))
            {
                // A search parameter is being indexed: others need not wait for it. When the database is away, the next question says so.
            }
        }

        foreach (var id in await table.FindEndedAsync(cancellationToken))
        {
            if (await store.FindAsync(KeyOf(id), cancellationToken) is { IsDeleted: false } version) await SetAsync(version, SubscriptionState.Off, null, cancellationToken);
            changed.Add(id);
        }

        return changed;
    }

    /// <summary>The subscription can't be served any longer.</summary>
    /// <param name="version">The version it was served by; a later one of a client stays as it is.</param>
    /// <param name="why">A sentence for <c>Subscription.error</c>.</param>
    public async Task FailAsync(string id, int version, string why, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(KeyOf(id), cancellationToken) is { IsDeleted: false } current && current.VersionId == version)
            await SetAsync(current, SubscriptionState.Error, why, cancellationToken);
    }

    private async Task FollowAsync(ResourceVersion version, CancellationToken cancellationToken)
    {
        if (version.IsDeleted)
        {
            await table.RemoveAsync(version.Key.Id, cancellationToken);
            return;
        }

        var definition = SubscriptionDefinition.Read(ResourceDocument.Parse(version.Body));
        switch (definition.Status)
        {
            case "off":
                await table.SettleAsync(version.Key.Id, version.VersionId, SubscriptionState.Off, null, cancellationToken);
                break;
            case "error":
                await table.SettleAsync(version.Key.Id, version.VersionId, SubscriptionState.Error, null, cancellationToken);
                break;
            default:
                await TakeUpAsync(version, definition, cancellationToken);
                break;
        }
    }

    private async Task TakeUpAsync(ResourceVersion version, SubscriptionDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.End is { } end && end <= time.GetUtcNow())
        {
            await SetAsync(version, SubscriptionState.Off, null, cancellationToken);
            return;
        }

        if (rules.Faults(definition) is { Count: > 0 } faults)
        {
            await SetAsync(version, SubscriptionState.Error, string.Join(" ", faults.Select(fault => fault.Diagnostics)), cancellationToken);
            return;
        }

        if (await table.CountOthersAsync(version.Key.Id, cancellationToken) >= options.MaxActive)
        {
            await SetAsync(version, SubscriptionState.Error, FormattableString.Invariant($"{options.MaxActive:N0} subscriptions are active already, as many as may be (setting Fhir:Subscriptions:MaxActive)."), cancellationToken);
            return;
        }

        var start = new SubscriptionStart(version.Key.Id, version.VersionId, definition.Channel, rules.Bind(definition.Criteria).ResourceType!, definition.End);
        if (await table.PrepareAsync(start, cancellationToken)) await SetAsync(version, SubscriptionState.Active, null, cancellationToken);
    }

    /// <summary>Makes the version that says so, unless it says so already, and then keeps that it was followed.</summary>
    private async Task SetAsync(ResourceVersion version, SubscriptionState state, string? error, CancellationToken cancellationToken)
    {
        if (error?.Length > MaxErrorLength) error = error[..MaxErrorLength] + "…";
        var document = ResourceDocument.Parse(version.Body);
        var followed = version.VersionId;
        var code = state switch { SubscriptionState.Active => "active", SubscriptionState.Error => "error", _ => "off" };
        if (document.Root.TextOf("status") != code || (error ?? document.Root.TextOf("error")) != document.Root.TextOf("error"))
        {
            try
            {
                var written = await writing.StoreAsync([new WriteOperation.Update(version.Key, With(document, code, error), version.VersionId)], cancellationToken);
                followed = written[0].Version.VersionId;
            }
            catch (FhirException fault) when (fault.Issues.All(issue => issue.MessageId == OutcomeStatus.VersionConflict))
            {
                // The client was faster; what he says now is followed next.
                return;
            }
        }

        await table.SettleAsync(version.Key.Id, followed, state, error, cancellationToken);
    }

    private static ResourceDocument With(ResourceDocument document, string status, string? error)
    {
        var patch = new List<object> { new { op = "replace", path = "/status", value = status } };
        if (error is not null) patch.Add(new { op = "add", path = "/error", value = error });
        else if (status == "active" && document.Root.Child("error") is not null) patch.Add(new { op = "remove", path = "/error" });
        return ResourceDocument.Parse(JsonPatch.Apply(document, JsonSerializer.SerializeToUtf8Bytes(patch)));
    }

    private static ResourceKey KeyOf(string id) => new("Subscription", id);
}
