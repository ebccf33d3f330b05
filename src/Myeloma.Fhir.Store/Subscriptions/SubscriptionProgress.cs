namespace Myeloma.Fhir.Store.Subscriptions;

/// <summary>Where a subscription stands for the server; <c>requested</c> ones are those that were never taken up.</summary>
public enum SubscriptionState
{
    Requested,
    Active,
    Error,
    Off,
}

/// <summary>What a subscription needs to be followed.</summary>
/// <param name="Version">The version of the resource that says so.</param>
/// <param name="Channel">Code of R4: <c>rest-hook</c>, <c>websocket</c>.</param>
/// <param name="ResourceType">The type that its criteria are about.</param>
/// <param name="End">When it goes off by itself; null: never.</param>
public sealed record SubscriptionStart(string Id, int Version, string Channel, string ResourceType, DateTimeOffset? End);

/// <summary>An active subscription of whose type something changed that it was not held against.</summary>
/// <param name="Watermark">Changes from here on were not looked at; given back when they are.</param>
public sealed record SubscriptionBehind(string Id, int Version, string Channel, long Watermark);

/// <summary>How a subscription is doing.</summary>
/// <param name="Backlog">Notifications that are still to be delivered.</param>
/// <param name="Delivered">Notifications delivered since the subscription was first asked for.</param>
/// <param name="Failures">Tries that failed since the last one that did not.</param>
/// <param name="RetryAt">When the next try is due; null when none is put off.</param>
/// <param name="EvaluatedTo">Changes before this instant were held against the criteria; null before the first start and when it is off.</param>
public sealed record SubscriptionProgress(
    SubscriptionState State, long Backlog, long Delivered, int Failures, DateTimeOffset? LastDelivery, DateTimeOffset? LastFailure, string? LastError, DateTimeOffset? RetryAt, DateTimeOffset? EvaluatedTo);

/// <summary>A version that matched and is still to be delivered.</summary>
/// <param name="Number">Names it within its subscription; in the order of the changes.</param>
/// <param name="Version">Null when the version was taken away for good meanwhile. Its body is empty where none was asked for, or it is too large.</param>
/// <param name="Size">Bytes of the body as it is stored.</param>
public sealed record PendingNotification(long Number, ResourceVersion? Version, int Size);

/// <summary>How tries are put off after failures: each time twice as long as before.</summary>
/// <param name="First">After the first failure.</param>
/// <param name="Longest">No try is put off for longer.</param>
public sealed record RetryDelays(TimeSpan First, TimeSpan Longest);

/// <summary>All subscriptions together.</summary>
public sealed record SubscriptionTotals(long Active, long InError, long Backlog);
