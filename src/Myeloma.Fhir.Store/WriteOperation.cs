using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Store;

/// <summary>One change to one resource. Several make a transaction: <see cref="ResourceStore.WriteAsync(IReadOnlyList{WriteOperation}, CancellationToken)"/>.</summary>
public abstract record WriteOperation(ResourceKey Key)
{
    /// <summary>The version that a condition found: when another one is current by the time its row is locked, the whole transaction is run again. Null: there was no condition.</summary>
    public int? MatchedVersion { get; init; }

    /// <summary>The new resource must not exist now; after a deletion its version numbers go on.</summary>
    /// <remarks>https://hl7.org/fhir/R4/http.html#create</remarks>
    public sealed record Create(ResourceKey Key, ResourceDocument Document) : WriteOperation(Key);

    /// <summary>The new content of a resource, which comes into being when there was none.</summary>
    /// <param name="IfMatchVersion">The version that must be the current one; null when any may be, or none.</param>
    /// <remarks>https://hl7.org/fhir/R4/http.html#update</remarks>
    public sealed record Update(ResourceKey Key, ResourceDocument Document, int? IfMatchVersion = null) : WriteOperation(Key)
    {
        /// <summary>Whether the resource must not exist now: <c>If-None-Match: *</c>.</summary>
        public bool OnlyIfAbsent { get; init; }
    }

    /// <summary>The end of a resource; its versions stay readable. Deleting what is not there changes nothing.</summary>
    /// <param name="IfMatchVersion">The version that must be the current one; null when any may be, or none.</param>
    /// <remarks>https://hl7.org/fhir/R4/http.html#delete</remarks>
    public sealed record Delete(ResourceKey Key, int? IfMatchVersion = null) : WriteOperation(Key);

    /// <summary>No change: the result is the current version. What a conditional create comes to that finds its resource.</summary>
    public sealed record Keep(ResourceKey Key) : WriteOperation(Key);
}

/// <summary>What became of an operation.</summary>
public enum WriteOutcome
{
    /// <summary>There was no current version before; there is one now.</summary>
    Created,

    /// <summary>A version follows the one before.</summary>
    Updated,

    /// <summary>The deletion is the current version now.</summary>
    Deleted,

    /// <summary>The content was there already, or nothing was there to be deleted: no new version.</summary>
    Unchanged,
}

/// <summary>Result of one operation.</summary>
/// <param name="Version">
/// The current version after it. After a <see cref="WriteOperation.Delete"/> of what was never known: version 0, deleted, empty, outcome Unchanged.
/// </param>
public sealed record WriteResult(ResourceVersion Version, WriteOutcome Outcome);
