using System.Runtime.CompilerServices;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Follows what an artifact depends on to the end. What is not here is told, never left out silently.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/distribution.html#dependency-tracing</remarks>
/// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
/// <param name="maxResources">Most resources found.</param>
internal sealed class DependencyTrace(
    Func<string, IReadOnlyList<ResourceDocument>> versions, ArtifactVersions bindings, ResourceStore store, string baseUrl, int maxResources)
{
    private const string Base = "http://hl7.org/fhir/StructureDefinition/";

    /// <summary>What a document depends on is read once, however often it is packaged.</summary>
    private static readonly ConditionalWeakTable<ResourceDocument, IReadOnlyList<Dependency>> Read = [];

    private readonly TracedArtifacts traced = new();
    private readonly Dictionary<ResourceKey, Dependency> literals = [];
    private readonly List<Issue> conflicts = [];

    /// <exception cref="FhirException"><c>business-rule</c>: a version that was to be checked is another one, all of them together; <c>too-costly</c>: more resources than allowed.</exception>
    public async Task<TracedArtifacts> FollowAsync(ResourceDocument root, CancellationToken cancellationToken)
    {
        traced.Add(root);
        for (var next = 0; next < traced.Resources.Count;)
        {
            for (; next < traced.Resources.Count; next++)
            {
                if (traced.Resources.Count > maxResources)
                    throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"{TracedArtifacts.NameOf(root)} depends on more than {maxResources:N0} resources, the limit of this server (setting Fhir:Artifacts:MaxResources).")));
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var dependency in Read.GetValue(traced.Resources[next], DependencyReading.Of)) Follow(dependency);
            }

            await FollowLiteralsAsync(cancellationToken);
        }

        return conflicts.Count == 0 ? traced : throw new FhirException(conflicts);
    }

    private void Follow(Dependency dependency)
    {
        if (dependency.Kind == DependencyKind.Literal)
        {
            if (LocalReference.Find(dependency.Target, baseUrl) is { Key: var key }) literals.TryAdd(key, dependency);
            else if (traced.AddElsewhere(dependency.Target)) Report(IssueSeverity.Information, dependency, "is a resource of another server.", ArtifactMessage.Elsewhere);
            return;
        }

        if (bindings.Checked(dependency) is { } asked)
            conflicts.Add(Issue.BusinessRule($"{TracedArtifacts.NameOf(dependency.Place.Document)} names {dependency.Canonical}, while the version to be checked is {asked}.", dependency.Place.Document.ExpressionOf(dependency.Place)));
        var meant = dependency with { Version = bindings.Of(dependency) };
        if (Find(meant) is { } found) traced.Add(found);
        else if (!meant.IsOptional && traced.AddElsewhere(meant.Canonical)) Missing(meant);
    }

    private ResourceDocument? Find(Dependency meant)
    {
        foreach (var document in versions(meant.Target))
        {
            if (meant.Kind == DependencyKind.CodeSystem && document.ResourceType != "CodeSystem") continue;
            if (meant.Version is null || document.Root.TextOf("version") == meant.Version) return document;
        }

        return null;
    }

    private void Missing(Dependency meant)
    {
        if (IsOfFhir(meant.Target)) return;
        if (meant.Kind == DependencyKind.CodeSystem) Report(IssueSeverity.Information, meant, "is a code system whose content is not here.", ArtifactMessage.CodeSystem);
        else Report(IssueSeverity.Warning, meant, "is not known here.", ArtifactMessage.Missing);
    }

    private async Task FollowLiteralsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<ResourceKey, ResourceVersion>();
        foreach (var version in await store.FindAsync(literals.Keys, cancellationToken))
            if (!version.IsDeleted) found[version.Key] = version;
        foreach (var (key, dependency) in literals)
        {
            if (found.TryGetValue(key, out var version)) traced.Add(ParsedVersions.Of(version));
            else if (traced.AddElsewhere(key.ToString())) Report(IssueSeverity.Warning, dependency, "is not here.", ArtifactMessage.Missing);
        }

        literals.Clear();
    }

    /// <summary>Whether FHIR R4 itself defines it, so that everybody has it.</summary>
    public static bool IsOfFhir(string url)
    {
        var schema = R4Schema.Instance;
        return (url.StartsWith(Base, StringComparison.Ordinal) && schema.FindType(url[Base.Length..]) is not null)
            || schema.ValueSets.Contains(url) || schema.CodeSystems.Find(url) is { Content: not ("not-present" or "fragment" or "example") } || SnapshotGeneration.FindPublished(url) is not null;
    }

    private void Report(IssueSeverity severity, Dependency dependency, string text, string messageId) => traced.Issues.Add(new Issue(
        severity, IssueType.NotFound, $"{TracedArtifacts.NameOf(dependency.Place.Document)} names {dependency.Canonical}, which {text}", dependency.Place.Document.ExpressionOf(dependency.Place),
        MessageId: messageId));
}
