using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation;

/// <summary>Definitions by canonical, several versions of each; what is asked for is read then. Filled once or while it is asked, by any thread.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
public sealed class DefinitionLibrary
{
    private readonly ConcurrentDictionary<string, Held[]> byUrl = new(StringComparer.Ordinal);

    /// <summary>Definitions held, each version counted.</summary>
    public int Count => byUrl.Values.Sum(versions => versions.Length);

    /// <summary>Adds a definition; one with the same url and version takes the place of the earlier.</summary>
    /// <param name="url">Without version.</param>
    /// <param name="version">Its business version; null when it has none.</param>
    /// <param name="read">Called each time the definition is asked for; null when it is not there any more.</param>
    /// <param name="status">Its publication-status; null when it has none.</param>
    public void Add(string url, string? version, Func<ResourceDocument?> read, string? status = null) =>
        byUrl.AddOrUpdate(
            url,
            _ => [new Held(version, PublicationPrecedence.Of(status), read)],
            (_, versions) =>
            [
                .. versions.Where(held => held.Version != version).Append(new Held(version, PublicationPrecedence.Of(status), read))
                    .OrderBy(held => held.Precedence).ThenByDescending(held => held.Version, BusinessVersionOrder.Instance),
            ]);

    /// <summary>The definition a canonical names; with <c>|version</c> that version, without it the highest, active ones before drafts, and what is retired last.</summary>
    /// <returns>Null when it is not here, or not in that version.</returns>
    public ResourceDocument? Find(string canonical)
    {
        var url = Canonicals.Url(canonical);
        if (!byUrl.TryGetValue(url, out var versions)) return null;
        if (url.Length == canonical.Length) return versions[0].Read();
        var version = canonical[(url.Length + 1)..];
        foreach (var held in versions)
            if (held.Version == version) return held.Read();
        return null;
    }

    /// <summary>All versions of a definition, in the order of <see cref="Find"/>: the same document each time, kept once it was asked for.</summary>
    /// <param name="url">Without version.</param>
    /// <returns>Empty when it is not here.</returns>
    public IReadOnlyList<ResourceDocument> Versions(string url) =>
        byUrl.TryGetValue(url, out var versions) ? [.. versions.Select(held => held.Kept.Value).OfType<ResourceDocument>()] : [];

    private sealed record Held(string? Version, int Precedence, Func<ResourceDocument?> Read)
    {
        public Lazy<ResourceDocument?> Kept { get; } = new(Read);
    }
}
