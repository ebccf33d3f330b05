namespace Myeloma.Fhir.Store.Packages;

/// <summary>A package to keep.</summary>
/// <param name="Manifest">Its package.json.</param>
/// <param name="Archive">The gzip'd tar archive.</param>
/// <param name="Shasum">SHA-1 in hexadecimal.</param>
/// <param name="Integrity"><c>sha512-</c> with the hash in Base64.</param>
/// <param name="Contents">What became of its resources, as JSON; null for one that is published without being installed.</param>
public sealed record NewPackage(
    string Name, string Version, ReadOnlyMemory<byte> Manifest, ReadOnlyMemory<byte> Archive, string Shasum, string Integrity, ReadOnlyMemory<byte>? Contents);

/// <summary>A package that is kept, without its archive.</summary>
/// <param name="Bytes">Size of the archive.</param>
/// <param name="Installed">Null for one that was published and not installed.</param>
public sealed record KeptPackage(
    string Name, string Version, ReadOnlyMemory<byte> Manifest, string Shasum, string Integrity, long Bytes, DateTimeOffset Published, DateTimeOffset? Installed);
