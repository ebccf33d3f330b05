using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>A package of an artifact that is stored here: what <c>$package</c> gives of it, as an archive for other servers to install.</summary>
public sealed class ArtifactPackage(OperationTable operations)
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <param name="parameters">Those of <c>$package</c>, but for pages.</param>
    /// <returns>
    /// Named by the packageId of an ImplementationGuide, else by the artifact's url (<c>http://example.org/PlanDefinition/x</c>: <c>org.example.x</c>), else <c>local.type.id</c>; of the artifact's version,
    /// 0.0.0 where it has none. The same bytes as long as the resources are the same.
    /// </returns>
    /// <exception cref="FhirException"><c>invalid</c>: a page of a package; what <c>$package</c> names.</exception>
    public async Task<PackageArchive> MakeAsync(string type, string id, IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, CancellationToken cancellationToken)
    {
        foreach (var (name, _) in parameters)
            if (name is "count" or "offset") throw new FhirException(Issue.Invalid($"A package has no pages; leave '{name}' out.", $"http.{name}"));
        var target = new RequestTarget(TargetKind.InstanceOperation, type, id, Operation: "$package");
        var operation = operations.Get(target);
        var answer = await operation.HandleAsync(new OperationRequest(operation.Definition, target, parameters, null, context), cancellationToken);
        var bundle = ResourceDocument.Parse(answer.Content!.ToJson(), limits: Unlimited);

        // The first one tells what is in the Bundle, which the archive tells itself.
        List<ResourceDocument> resources = [.. bundle.Root.Children("entry").ToList().Skip(1).Select(entry => ResourceDocument.Of(entry.Child("resource")!.Value))];
        if (resources.Count == 0) throw new FhirException(Issue.Invalid("Of the resources that were found none is to be in the package; it would be empty."));
        var root = resources.Find(resource => resource.ResourceType == type && resource.Id == id) ?? resources[0];
        return PackageBuild.Make(DescriptionOf(root), resources.Select(resource => resource.Bytes));
    }

    private static PackageDescription DescriptionOf(ResourceDocument artifact)
    {
        var (root, url) = (artifact.Root, artifact.Root.TextOf("url"));
        var local = $"local.{artifact.ResourceType}.{artifact.Id}";
        string?[] names = [root.TextOf("packageId"), url is null ? null : NameOf(url), local];
        var version = root.TextOf("version") is { } own && PackageManifest.IsVersion(own) ? own : "0.0.0";
        var at = url?.LastIndexOf($"/{artifact.ResourceType}/", StringComparison.Ordinal) ?? -1;
        return new PackageDescription(
            names.OfType<string>().Select(name => name.ToLowerInvariant()).First(PackageManifest.IsName), version, root.TextOf("title") ?? root.TextOf("name") ?? local,
            root.TextOf("description") ?? $"{url ?? local} with everything it depends on.", at > 0 ? url![..at] : url ?? local);
    }

    /// <summary>The host from its end, then the last part of the path; null for what is no such url.</summary>
    private static string? NameOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Host.Length > 0
        ? $"{string.Join('.', address.Host.Split('.').Reverse())}.{address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]}"
        : null;
}
