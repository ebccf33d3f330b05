namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What a package may cost.</summary>
/// <param name="MaxBytes">Size of an archive that is fetched; one that is sent is a body, and has that limit.</param>
/// <param name="MaxUnpackedBytes">Bytes of all its files together, headers of the archive counted.</param>
/// <param name="MaxFileBytes">Bytes of one file.</param>
/// <param name="MaxFiles">Files and folders in it.</param>
/// <param name="MaxPackages">Packages that one installation takes, dependencies counted.</param>
/// <param name="FetchTime">How long one answer of a registry may take.</param>
public sealed record PackageLimits(int MaxBytes, long MaxUnpackedBytes, int MaxFileBytes, int MaxFiles, int MaxPackages, TimeSpan FetchTime)
{
    public static readonly PackageLimits Default = new(64 << 20, 512L << 20, 64 << 20, 50_000, 50, TimeSpan.FromSeconds(30));
}
