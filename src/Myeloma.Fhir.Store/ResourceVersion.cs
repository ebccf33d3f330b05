namespace Myeloma.Fhir.Store;

/// <summary>One version of a resource, as it is served.</summary>
/// <param name="VersionId">1 for the first, one more for each following, over deletions too. 0 stands only for "never known", see <see cref="WriteResult"/>.</param>
/// <param name="LastUpdated">UTC, whole milliseconds; strictly later than that of the version before. Equal to <c>meta.lastUpdated</c> in the body.</param>
/// <param name="IsDeleted">Whether this version is the deletion; its body is empty then.</param>
/// <param name="Method">The HTTP verb of the interaction that made it, for <c>Bundle.entry.request</c> of a history: POST, PUT or DELETE.</param>
/// <param name="Body">
/// The resource in UTF-8 JSON with id, meta.versionId and meta.lastUpdated inside: exactly what goes to the client. Empty for a deletion.
/// </param>
public sealed record ResourceVersion(
    ResourceKey Key, int VersionId, DateTimeOffset LastUpdated, bool IsDeleted, string Method, ReadOnlyMemory<byte> Body)
{
    /// <summary>What an upper room has made of this very version and wants to find again as long as it is kept in memory; null at first. Depends on the version alone.</summary>
    public object? Rendering { get; set; }
}
