using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>An artifact with everything it depends on, near and far.</summary>
internal sealed class TracedArtifacts
{
    private readonly List<ResourceDocument> resources = [];
    private readonly List<string> elsewhere = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>What is stored here: the artifact first, then what it depends on, nearer ones before those that only these depend on.</summary>
    public IReadOnlyList<ResourceDocument> Resources => resources;

    /// <summary>Canonicals of what is not stored here: definitions of FHIR itself, and what is missing; in the order they were found.</summary>
    public IReadOnlyList<string> Elsewhere => elsewhere;

    /// <summary>What could not be had.</summary>
    public List<Issue> Issues { get; } = [];

    /// <returns>False when it is there already.</returns>
    public bool Add(ResourceDocument document)
    {
        if (!known.Add($"{document.ResourceType}/{document.Id}")) return false;
        resources.Add(document);
        return true;
    }

    /// <returns>False when it is there already.</returns>
    public bool AddElsewhere(string canonical)
    {
        if (!known.Add(canonical)) return false;
        elsewhere.Add(canonical);
        return true;
    }

    /// <summary><c>url|version</c>, <c>url</c>; null for a resource that has no url.</summary>
    public static string? CanonicalOf(ResourceDocument document) => Model.Canonicals.ArtifactMetadata.CanonicalOf(document.Root);

    /// <summary>What it is called in messages.</summary>
    public static string NameOf(ResourceDocument document) => $"{document.ResourceType}/{document.Id}";
}
