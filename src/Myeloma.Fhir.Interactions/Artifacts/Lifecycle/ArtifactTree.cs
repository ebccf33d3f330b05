using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>An artifact with what it is composed of, near and far.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-lifecycle.html#components-vs-dependencies</remarks>
internal sealed class ArtifactTree
{
    private static readonly string[] Owned = ["http://hl7.org/fhir/StructureDefinition/artifact-isOwned", "http://hl7.org/fhir/StructureDefinition/crmi-isOwned"];

    private readonly List<ResourceDocument> all = [];

    /// <summary>The artifact first, then its components, nearer ones before those that only these are composed of; each once.</summary>
    public IReadOnlyList<ResourceDocument> All => all;

    /// <summary>Components that are not known here, or not so many.</summary>
    public List<Issue> Faults { get; } = [];

    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <param name="isOwned">Which components count: null those that are not said to belong to somebody else, true only those that are said to be the artifact's own.</param>
    /// <param name="maxResources">Most artifacts.</param>
    public static ArtifactTree Of(ResourceDocument root, Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, bool? isOwned, int maxResources)
    {
        var tree = new ArtifactTree();
        var seen = new HashSet<string>(StringComparer.Ordinal) { TracedArtifacts.NameOf(root) };
        tree.all.Add(root);
        for (var next = 0; next < tree.all.Count && tree.all.Count <= maxResources; next++)
        {
            foreach (var place in ComponentsOf(tree.all[next], isOwned))
            {
                var meant = DependencyOf(place);
                var version = bindings.Of(meant);
                if (versions(meant.Target).FirstOrDefault(document => version is null || document.Root.TextOf("version") == version) is { } component)
                {
                    if (seen.Add(TracedArtifacts.NameOf(component))) tree.all.Add(component);
                }
                else
                {
                    tree.Faults.Add(Issue.BusinessRule(
                        $"{TracedArtifacts.NameOf(tree.all[next])} is composed of {meant.Canonical}, which is not known here; store it first, or say that it is not owned (extension {Owned[0]}).",
                        place.Document.ExpressionOf(place)));
                }
            }
        }

        if (tree.all.Count > maxResources)
            tree.Faults.Add(Issue.TooCostly(FormattableString.Invariant($"{TracedArtifacts.NameOf(root)} is composed of more than {maxResources:N0} artifacts, the limit of this server (setting Fhir:Artifacts:MaxResources).")));
        return tree;
    }

    /// <summary>What a canonical element names.</summary>
    public static Dependency DependencyOf(Element place)
    {
        var parts = place.Text!.Split('#')[0].Split('|', 2);
        return new Dependency(DependencyKind.Canonical, parts[0], parts.Length > 1 ? parts[1] : null, place);
    }

    public static string? StatusOf(ResourceDocument document) => ArtifactMetadata.Status(document.Root)?.Text;

    private static IEnumerable<Element> ComponentsOf(ResourceDocument document, bool? isOwned)
    {
        foreach (var related in document.Root.Children("relatedArtifact"))
        {
            if (related.TextOf("type") != "composed-of" || related.Child("resource") is not { Text.Length: > 0 } resource || resource.Text[0] == '#') continue;
            bool? owned = null;
            foreach (var extension in related.Children("extension"))
                if (Owned.Contains(extension.TextOf("url"))) owned = extension.TextOf("value") == "true";
            if (owned ?? isOwned is null) yield return resource;
        }
    }
}
