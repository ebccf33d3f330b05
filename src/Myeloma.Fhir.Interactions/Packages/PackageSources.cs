using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Asks a registry for a package.</summary>
/// <param name="pattern">As <see cref="PackageVersions"/>; null: the latest.</param>
/// <returns>The archive, its hash compared with what the registry says; null when the registry has none.</returns>
public delegate Task<ReadOnlyMemory<byte>?> RegistryFetch(string name, string? pattern, CancellationToken cancellationToken);

/// <summary>Where packages are found by their names: this server, and the registries that the settings allow.</summary>
/// <param name="registries">Asked in their order, when a package is not here; none: no call goes out.</param>
public sealed class PackageSources(PackageRegistry here, IReadOnlyList<RegistryFetch> registries, PackageLimits limits)
{
    /// <summary>Whether names are looked for at other servers.</summary>
    public bool AsksRegistries => registries.Count > 0;

    /// <returns>Null when there is none of that name and version.</returns>
    /// <exception cref="FhirException"><c>transient</c>: a registry does not answer; what <see cref="PackageArchive.Read"/> names.</exception>
    public async Task<PackageArchive?> FindAsync(string name, string? pattern, CancellationToken cancellationToken)
    {
        var known = await here.ListAsync(name, cancellationToken);
        if (PackageVersions.Best(known.Select(each => each.Version), pattern) is { } version && await here.FindArchiveAsync(name, version, cancellationToken) is { } archive)
            return PackageArchive.Read(archive, limits);
        foreach (var registry in registries)
        {
            if (await registry(name, pattern, cancellationToken) is not { } fetched) continue;
            var package = PackageArchive.Read(fetched, limits);
            return package.Manifest.Name == name ? package : throw new FhirException(Issue.Invalid($"A registry gave the package {package.Manifest.Reference} where {name} was asked for."));
        }

        return null;
    }

    /// <summary>A package with what it depends on and is not installed yet, in the order of installation: what is depended on first.</summary>
    /// <param name="isFollowed">Whether dependencies are looked for.</param>
    /// <exception cref="FhirException"><c>too-costly</c>: more packages than allowed; what <see cref="FindAsync"/> names.</exception>
    internal async Task<(IReadOnlyList<PackageArchive> Packages, IReadOnlyList<DependencyNote> Notes)> ResolveAsync(PackageArchive root, bool isFollowed, CancellationToken cancellationToken)
    {
        var (packages, notes) = (new List<PackageArchive>(), new List<DependencyNote>());
        var (open, seen) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { root.Manifest.Name });
        await VisitAsync(root);
        return (packages, notes);

        async Task VisitAsync(PackageArchive package)
        {
            open.Add(package.Manifest.Name);
            foreach (var (name, version) in package.Manifest.Dependencies)
            {
                var (state, found) = await StateAsync(name, version);
                notes.Add(new DependencyNote(package.Manifest.Reference, name, version, state));
                if (found is null) continue;
                if (seen.Count > limits.MaxPackages)
                    throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"{root.Manifest.Reference} depends on more than {limits.MaxPackages:N0} packages, the limit of this server (setting Fhir:Packages:MaxPackages).")));
                await VisitAsync(found);
            }

            open.Remove(package.Manifest.Name);
            packages.Add(package);
        }

        async Task<(string State, PackageArchive? Found)> StateAsync(string name, string version)
        {
            if (name == PackageManifest.Core) return ("built-in", null);
            if (open.Contains(name)) return ("cycle", null);
            if (!isFollowed) return ("not-followed", null);
            var installed = (await here.ListAsync(name, cancellationToken)).Where(each => each.Installed is not null).Select(each => each.Version);
            if (PackageVersions.Best(installed, version) is not null) return ("here", null);
            if (!seen.Add(name)) return ("installed", null);
            return PackageManifest.IsName(name) && await FindAsync(name, version, cancellationToken) is { } found ? ("installed", found) : ("missing", null);
        }
    }
}
