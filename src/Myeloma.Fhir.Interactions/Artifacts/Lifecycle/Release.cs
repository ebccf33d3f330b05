using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>One release: which versions the artifacts get, what stands against it, and what they say afterwards.</summary>
internal sealed class Release
{
    private const string AuthoritativeSource = "http://hl7.org/fhir/StructureDefinition/valueset-authoritativeSource";

    private readonly ResourceDocument root;
    private readonly IReadOnlyList<ResourceDocument> tree;
    private readonly List<ResourceDocument> released;
    private readonly ArtifactVersions bindings;
    private readonly Func<string, IReadOnlyList<ResourceDocument>> versions;
    private readonly OperationRequest request;
    private readonly List<Issue> faults = [];
    private readonly List<Issue> remarks = [];

    /// <summary>The versions that the artifacts have afterwards, by name and by url.</summary>
    private readonly Dictionary<string, string> versionOf = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> versionOfUrl = new(StringComparer.Ordinal);
    private TracedArtifacts traced = new();

    public Release(ArtifactTree tree, SelectedArtifact selected, string version, OperationRequest request)
    {
        (root, this.tree, bindings, versions, this.request) = (selected.Root, tree.All, selected.Bindings, selected.Versions, request);
        released = [.. tree.All.Where(document => ArtifactTree.StatusOf(document) is not ("active" or "retired"))];
        foreach (var retired in tree.All.Where(document => ArtifactTree.StatusOf(document) == "retired"))
            faults.Add(Issue.BusinessRule($"{TracedArtifacts.NameOf(retired)} is a component and retired; it can't be released again. Use another version of it.", $"{root.ResourceType}.relatedArtifact"));
        SetVersions(version);
    }

    /// <summary>Finds what the artifacts depend on, and what of it stands against the release.</summary>
    public async Task TraceAsync(DependencyTrace trace, CancellationToken cancellationToken)
    {
        traced = await trace.FollowAsync(root, cancellationToken);
        foreach (var issue in traced.Issues.Where(issue => issue.Severity == IssueSeverity.Warning)) remarks.Add(issue);
        var others = traced.Resources.Where(document => !versionOf.ContainsKey(TracedArtifacts.NameOf(document))).ToList();
        if (request.Boolean("requireActiveReferences") == true) RequireActive(others);
        if (request.Text("experimentalBehavior") is "error" or "warn") LookForExperimental(others);
        if (request.Boolean("latestFromTxServer") == true) RefuseElsewhere(others);
        if (request.Boolean("requireVersionSpecificReferences") == true) RequireVersions();
    }

    /// <summary>The writes.</summary>
    /// <param name="date">A dateTime.</param>
    /// <exception cref="FhirException">What stands against the release, all of it.</exception>
    public ArtifactChange Make(string date)
    {
        if (faults.Count > 0) throw new FhirException(faults);
        return new ArtifactChange([.. released.Select(document => ArtifactWriting.Update(document, Made(document, date)))], remarks);
    }

    private void SetVersions(string version)
    {
        var behavior = request.Text("versionBehavior");
        if (behavior == "check" && root.Root is var element && ArtifactMetadata.Version(element) is { Text: { } own } place && own != version)
            faults.Add(Issue.BusinessRule($"{TracedArtifacts.NameOf(root)} has the version {own}, not {version} (versionBehavior check).", root.ExpressionOf(place)));
        foreach (var document in tree)
        {
            var known = ArtifactMetadata.Version(document.Root)?.Text;
            var given = !released.Contains(document) ? known : behavior == "force" ? version : known ?? version;
            if (given is null) continue;
            versionOf[TracedArtifacts.NameOf(document)] = given;
            if (ArtifactMetadata.Url(document.Root)?.Text is { } url) versionOfUrl[url] = given;
        }
    }

    private ResourceDocument Made(ResourceDocument read, string date)
    {
        var edit = new ArtifactEdit(CanonicalRewrite.Apply(read, Pinned));
        if (versionOf.TryGetValue(TracedArtifacts.NameOf(read), out var version)) edit.Set("version", version);
        edit.Set("status", "active");
        edit.Set("date", date);
        if (request.Text("releaseLabel") is { } label) edit.SetExtension(ArtifactEdit.ReleaseLabel, "valueString", label);
        edit.KeepParameters();
        if (read == root)
            foreach (var canonical in Manifested()) edit.AddRelated("depends-on", canonical);
        return edit.ToDocument();
    }

    /// <summary>What a canonical without a version means now is what it means from now on; one of a component follows its version.</summary>
    private string? Pinned(Element parent, Element place)
    {
        if (!Counts(parent, place)) return null;
        var meant = ArtifactTree.DependencyOf(place);
        var fragment = place.Text!.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? place.Text[at..] : "";
        if (versionOfUrl.TryGetValue(meant.Target, out var own) && (meant.Version is null || tree.Any(document => document.Root.TextOf("url") == meant.Target && document.Root.TextOf("version") == meant.Version)))
            return $"{meant.Target}|{own}{fragment}";
        return meant.Version is null && VersionOf(meant) is { } version ? $"{meant.Target}|{version}{fragment}" : null;
    }

    /// <summary>Related artifacts that an artifact does not need, names of extensions and the value set of a code system's own codes are left as they are.</summary>
    private static bool Counts(Element parent, Element place) =>
        place.Text is { Length: > 0 } text && text[0] != '#'
        && !(parent.Type.Name == "RelatedArtifact" && parent.TextOf("type") is not ("depends-on" or "composed-of")) && !(parent.Type.Name == "CodeSystem" && place.Name == "valueSet");

    private string? VersionOf(Dependency meant) =>
        bindings.Of(meant) ?? (versions(meant.Target) is [var latest, ..] ? latest.Root.TextOf("version") : null);

    /// <summary>All that is depended on and has a version, as the manifest has it.</summary>
    private IEnumerable<string> Manifested()
    {
        foreach (var document in traced.Resources)
            if (!versionOf.ContainsKey(TracedArtifacts.NameOf(document)) && document.Root.TextOf("version") is not null && TracedArtifacts.CanonicalOf(document) is { } canonical) yield return canonical;
        foreach (var canonical in traced.Elsewhere)
            if (canonical.Contains('|', StringComparison.Ordinal)) yield return canonical;
    }

    private void RequireActive(List<ResourceDocument> others)
    {
        foreach (var document in others)
            if (ArtifactTree.StatusOf(document) is ("draft" or "retired") and var status)
                faults.Add(Issue.BusinessRule($"{TracedArtifacts.NameOf(root)} depends on {TracedArtifacts.NameOf(document)}, which is {status} (requireActiveReferences).", root.ResourceType));
    }

    private void LookForExperimental(List<ResourceDocument> others)
    {
        if (root.Root.TextOf("experimental") == "true") return;
        foreach (var document in others.Concat(tree.Skip(1)).Where(document => document.Root.TextOf("experimental") == "true"))
        {
            var text = $"{TracedArtifacts.NameOf(root)} is not experimental and depends on {TracedArtifacts.NameOf(document)}, which is (experimentalBehavior).";
            if (request.Text("experimentalBehavior") == "error") faults.Add(Issue.BusinessRule(text, root.ResourceType));
            else remarks.Add(Issue.Warning(IssueType.BusinessRule, text, root.ResourceType));
        }
    }

    private void RefuseElsewhere(List<ResourceDocument> others)
    {
        foreach (var document in others.Where(document => document.ResourceType == "ValueSet"))
            foreach (var extension in document.Root.Children("extension"))
                if (extension.TextOf("url") == AuthoritativeSource)
                    faults.Add(Issue.NotSupported($"{TracedArtifacts.NameOf(document)} comes from {extension.TextOf("value")}, and this server calls no other (latestFromTxServer). Store its latest version here."));
    }

    private void RequireVersions()
    {
        foreach (var document in released)
            CanonicalRewrite.Apply(document, (parent, place) =>
            {
                if (!Counts(parent, place)) return null;
                var meant = ArtifactTree.DependencyOf(place);
                if (meant.Version is null && !versionOfUrl.ContainsKey(meant.Target) && bindings.Of(meant) is null && !DependencyTrace.IsOfFhir(meant.Target))
                    faults.Add(Issue.BusinessRule($"{TracedArtifacts.NameOf(document)} refers to {meant.Target} without a version, and the manifest has none for it (requireVersionSpecificReferences).", document.ExpressionOf(place)));
                return null;
            });
    }
}
