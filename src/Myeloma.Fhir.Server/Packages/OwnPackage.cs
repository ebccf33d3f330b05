using System.Globalization;
using System.Reflection;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Loader;

namespace Myeloma.Fhir.Server.Packages;

/// <summary>The FHIR package of this product: what we author, and what the loader makes of the seed documents. https://hl7.org/fhir/packages.html</summary>
internal static class OwnPackage
{
    public const string Name = "org.myeloma-fhir.resources";

    private static readonly Lazy<PackageArchive> Made = new(Make);

    /// <summary>Made on first use, and the same bytes each time, as long as the resources are.</summary>
    public static PackageArchive Archive => Made.Value;

    /// <summary>The day of the release, 00:00 UTC.</summary>
    public static DateTimeOffset Released { get; } = DateTimeOffset.Parse(
        typeof(OwnPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(each => each.Key == "ReleaseDate").Value!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static PackageArchive Make() => PackageBuild.Make(
        new PackageDescription(
            Name, VersionOfProgram(), "Myeloma.Fhir resources",
            "Search parameters, extensions, profiles, operations and code tables of Myeloma.Fhir, and what its loader makes of the seed documents: machine-read drafts, reviewed by nobody.",
            "http://myeloma-fhir.org/fhir"),
        AuthoredResources.All.Concat(AuthoredResources.ReadBuilt()).Select(resource => (ReadOnlyMemory<byte>)resource.Json));

    private static string VersionOfProgram()
    {
        var version = typeof(OwnPackage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return version.Split('+')[0];
    }
}
