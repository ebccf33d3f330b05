using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Packages;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>The packages that this server offers: the project's own, those that were installed, and those that were published here.</summary>
/// <param name="own">The package of this product.</param>
/// <param name="released">When it was released.</param>
public sealed class PackageRegistry(PackageTable kept, Func<PackageArchive> own, DateTimeOffset released)
{
    /// <summary>All packages, or all versions of one, by name; versions in no order.</summary>
    /// <param name="name">Null for all.</param>
    public async Task<IReadOnlyList<KeptPackage>> ListAsync(string? name, CancellationToken cancellationToken)
    {
        var packages = await kept.ListAsync(name, cancellationToken);
        var mine = own();
        if (name is not null && name != mine.Manifest.Name) return packages;
        var (manifest, bytes) = (mine.Manifest, mine.Bytes);
        return [new KeptPackage(manifest.Name, manifest.Version, manifest.Json, mine.Shasum, mine.Integrity, bytes.Length, released, released), .. packages.Where(each => !IsOwn(each.Name, each.Version))];
    }

    /// <summary>The archive of a package.</summary>
    /// <returns>Null when there is none of that name and version.</returns>
    public async Task<ReadOnlyMemory<byte>?> FindArchiveAsync(string name, string version, CancellationToken cancellationToken)
    {
        if (IsOwn(name, version)) return own().Bytes;
        if (await kept.FindArchiveAsync(name, version, cancellationToken) is not { } archive) return null;
        return archive;
    }

    /// <summary>What became of the resources of a package; of the project's own, what is in it.</summary>
    /// <returns>Null when there is none of that name and version, or it was never installed.</returns>
    public async Task<IReadOnlyList<InstallLine>?> FindContentsAsync(string name, string version, CancellationToken cancellationToken) =>
        await kept.FindContentsAsync(name, version, cancellationToken) is { } contents ? PackageContents.Read(contents) : null;

    /// <summary>Offers a package without installing it.</summary>
    /// <exception cref="FhirException"><c>business-rule</c>: one of that name and version is here already.</exception>
    public async Task PublishAsync(PackageArchive package, CancellationToken cancellationToken)
    {
        var manifest = package.Manifest;
        if (IsOwn(manifest.Name, manifest.Version) || !await kept.AddAsync(
            new NewPackage(manifest.Name, manifest.Version, manifest.Json, package.Bytes, package.Shasum, package.Integrity, null), cancellationToken))
            throw new FhirException(Issue.BusinessRule($"{manifest.Reference} is here already, and what is published under a version stays. Publish it under another version."));
    }

    private bool IsOwn(string name, string version) => own().Manifest is { } mine && mine.Name == name && mine.Version == version;
}
