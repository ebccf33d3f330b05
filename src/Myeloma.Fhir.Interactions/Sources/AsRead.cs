using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>Resources as they were when their Provenance was written. What it records is about that version; of what was changed since, it tells nothing.</summary>
internal sealed class AsRead(ResourceStore store)
{
    /// <summary>How many versions are looked through.</summary>
    private const int MaxVersions = 100;

    /// <param name="resource">Its current version, with id, version and time.</param>
    /// <param name="written">When the Provenance was written; null when that is not known.</param>
    /// <returns>The resource itself when it was not changed since; null when that version is not here any more, or too long ago.</returns>
    public async Task<ResourceDocument?> FindAsync(ResourceDocument resource, DateTimeOffset? written, CancellationToken cancellationToken)
    {
        if (written is not { } moment || resource.Root.Child("meta") is not { } meta || MomentOf(meta) is not { } current) return null;
        if (current <= moment) return resource;
        if (!int.TryParse(meta.TextOf("versionId"), NumberStyles.None, CultureInfo.InvariantCulture, out var latest)) return null;
        var key = new ResourceKey(resource.ResourceType, resource.Id!);
        for (var version = latest - 1; version > 0 && latest - version <= MaxVersions; version--)
        {
            if (await store.FindVersionAsync(key, version, cancellationToken) is not { IsDeleted: false } earlier) return null;
            var document = ResourceDocument.Parse(earlier.Body);
            if (document.Root.Child("meta") is { } then && MomentOf(then) is { } at && at <= moment) return document;
        }

        return null;
    }

    /// <summary>When a version was written, as its meta says.</summary>
    public static DateTimeOffset? MomentOf(Element meta) =>
        DateTimeOffset.TryParse(meta.TextOf("lastUpdated"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var moment) ? moment : null;
}
