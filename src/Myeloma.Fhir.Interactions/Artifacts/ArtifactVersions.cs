using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Which version a canonical means, as the request and its manifest say.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-artifact-version-bindable-operation.html. What the request says counts more than what the manifest does.</remarks>
internal sealed class ArtifactVersions
{
    /// <summary>Parameters of a manifest that stand for those of the operation. https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-manifestparameters.html</summary>
    internal static readonly Dictionary<string, string> OfManifest = new(StringComparer.Ordinal)
    {
        ["system-version"] = "artifactVersion", ["default-system-version"] = "artifactVersion", ["default-valueset-version"] = "artifactVersion", ["default-canonical-version"] = "artifactVersion", ["canonicalVersion"] = "artifactVersion",
        ["check-system-version"] = "checkArtifactVersion", ["check-valueset-version"] = "checkArtifactVersion", ["check-canonical-version"] = "checkArtifactVersion",
        ["force-system-version"] = "forceArtifactVersion", ["force-valueset-version"] = "forceArtifactVersion", ["force-canonical-version"] = "forceArtifactVersion",
    };

    /// <summary>Parameters of operations, as what each is meant.</summary>
    private static readonly (string Name, string Meant)[] Names =
    [
        ("artifactVersion", "artifactVersion"), ("checkArtifactVersion", "checkArtifactVersion"), ("forceArtifactVersion", "forceArtifactVersion"), .. OfManifest.Select(each => (each.Key, each.Value)),
    ];

    private readonly Dictionary<(string Parameter, string Url), string> versions = [];

    /// <exception cref="FhirException"><c>invalid</c>: a binding without a version; <c>not-found</c>: the manifest. All faults together.</exception>
    public static ArtifactVersions Read(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> known)
    {
        var (read, faults) = (new ArtifactVersions(), new List<Issue>());
        foreach (var (name, meant) in Names)
            foreach (var argument in request.Arguments(name))
                if (!read.Add(meant, argument.Text!))
                    faults.Add(Issue.Invalid($"The parameter '{name}' is a canonical with a version, like 'http://example.org/ValueSet/a|1.0', not '{argument.Text}'.", argument.Expression));
        if (request.Text("manifest") is { } canonical)
        {
            if (Find(canonical, known) is { ResourceType: "Library" } manifest) read.AddManifest(manifest.Root);
            else faults.Add(Issue.NotFound($"The manifest {canonical} is not known here as a Library."));
        }

        if (request.TryResource("manifestParameters", out var parameters)) read.AddParameters(parameters.Document.Root);
        return faults.Count == 0 ? read : throw new FhirException(faults);
    }

    /// <summary>The version that a dependency means.</summary>
    /// <returns>Null when nothing names one: the latest.</returns>
    public string? Of(Dependency dependency) =>
        versions.GetValueOrDefault(("forceArtifactVersion", dependency.Target)) ?? dependency.Version ?? versions.GetValueOrDefault(("artifactVersion", dependency.Target));

    /// <summary>What was asked to be checked, where a dependency names another version.</summary>
    /// <returns>The version that is asked for; null when there is nothing to object to.</returns>
    public string? Checked(Dependency dependency) =>
        versions.TryGetValue(("checkArtifactVersion", dependency.Target), out var version) && dependency.Version is { } named && named != version ? version : null;

    private static ResourceDocument? Find(string canonical, Func<string, IReadOnlyList<ResourceDocument>> known)
    {
        var parts = canonical.Split('|');
        return known(parts[0]).FirstOrDefault(document => parts.Length == 1 || document.Root.TextOf("version") == parts[1]);
    }

    /// <summary>Takes the versions that a manifest names: what it depends on and is composed of, and its version parameters. What was there before counts more.</summary>
    public void AddManifest(Element manifest)
    {
        foreach (var artifact in manifest.Children("relatedArtifact"))
            if (artifact.TextOf("type") is "depends-on" or "composed-of" && artifact.TextOf("resource") is { } canonical) Add("artifactVersion", canonical);
        foreach (var contained in manifest.Children("contained"))
        {
            if (contained.Type.Name == "Parameters") AddParameters(contained);
        }
    }

    private void AddParameters(Element parameters)
    {
        foreach (var parameter in parameters.Children("parameter"))
            if (parameter.TextOf("name") is { } name && OfManifest.TryGetValue(name, out var meant) && parameter.TextOf("value") is { } canonical) Add(meant, canonical);
    }

    private bool Add(string parameter, string canonical)
    {
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        if (bar <= 0 || bar == canonical.Length - 1) return false;
        versions.TryAdd((parameter, canonical[..bar]), canonical[(bar + 1)..]);
        return true;
    }
}
