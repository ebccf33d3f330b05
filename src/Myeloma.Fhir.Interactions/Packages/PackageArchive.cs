using System.IO.Compression;
using System.Security.Cryptography;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>A file of a package that may hold a resource.</summary>
/// <param name="Name">As in the archive: <c>package/ValueSet-a.json</c>.</param>
public sealed record PackageFile(string Name, ReadOnlyMemory<byte> Json)
{
    /// <summary>Whether it is one of the examples, which are no part of what a package defines.</summary>
    public bool IsExample => Name.StartsWith("package/example/", StringComparison.Ordinal) || Name.StartsWith("package/examples/", StringComparison.Ordinal);
}

/// <summary>A FHIR package as it is sent and kept: a gzip'd tar archive with its manifest and resources. https://hl7.org/fhir/packages.html</summary>
/// <param name="Files">JSON files of the folder <c>package</c> and of its examples, without the manifest and what begins with a dot, in the order of their names.</param>
public sealed record PackageArchive(PackageManifest Manifest, IReadOnlyList<PackageFile> Files, ReadOnlyMemory<byte> Bytes)
{
    private const string ManifestName = "package/package.json";

    private string? shasum, integrity;

    /// <summary>SHA-1 in hexadecimal, which older clients of registries compare.</summary>
#pragma warning disable CA5350 // The registries' field is SHA-1; what is relied on is the integrity beside it.
    public string Shasum => shasum ??= Convert.ToHexStringLower(SHA1.HashData(Bytes.Span));
#pragma warning restore CA5350

    /// <summary>SHA-512 in the notation of subresource integrity: <c>sha512-…</c>. https://www.w3.org/TR/SRI/</summary>
    public string Integrity => integrity ??= $"sha512-{Convert.ToBase64String(SHA512.HashData(Bytes.Span))}";

    /// <exception cref="FhirException">
    /// <c>structure</c>: no gzip'd tar archive, or no manifest in it; <c>too-long</c>: a limit; what <see cref="TarReading.Read"/> and <see cref="PackageManifest.Read"/> name.
    /// </exception>
    public static PackageArchive Read(ReadOnlyMemory<byte> bytes, PackageLimits limits)
    {
        IReadOnlyList<TarEntry> entries;
        try
        {
            using var unzipped = new GZipStream(new MemoryStream(bytes.ToArray(), writable: false), CompressionMode.Decompress);
            entries = new TarReading(unzipped, limits).Read(IsWanted);
        }
        catch (InvalidDataException)
        {
            throw new FhirException(Issue.Structure("This is no package (a gzip'd tar archive), or a damaged one: it can't be decompressed."));
        }

        if (entries.FirstOrDefault(entry => entry.Name == ManifestName) is not { Name: not null } manifest)
            throw new FhirException(Issue.Structure("The archive is no FHIR package: it has no package/package.json."));
        return new PackageArchive(
            PackageManifest.Read(WithoutMark(manifest.Content)),
            [.. entries.Where(entry => entry.Name != ManifestName).OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => new PackageFile(entry.Name, WithoutMark(entry.Content)))],
            bytes);
    }

    /// <summary>Makes the archive of files, the same bytes for the same files.</summary>
    /// <param name="files">The manifest among them.</param>
    internal static byte[] Write(IEnumerable<TarEntry> files) => GzipWriting.Compress(TarWriting.Write(files));

    private static bool IsWanted(string name)
    {
        if (!name.StartsWith("package/", StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return false;
        var rest = name["package/".Length..];
        var file = rest[(rest.LastIndexOf('/') + 1)..];
        return !file.StartsWith('.') && rest[..^file.Length] is "" or "example/" or "examples/";
    }

    /// <summary>Some tools begin a file of UTF-8 with the mark of byte order.</summary>
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) => json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json[3..] : json;
}
