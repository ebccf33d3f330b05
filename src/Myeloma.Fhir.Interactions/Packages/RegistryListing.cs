using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Store.Packages;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What a registry tells of packages, in the form that clients of npm and of FHIR packages read.</summary>
/// <remarks>https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md; of a version there are <c>fhirVersion</c> and <c>url</c>, too, as registries of FHIR packages have them.</remarks>
/// <param name="baseUrl">Of the registry, without trailing slash.</param>
public sealed class RegistryListing(string baseUrl)
{
    /// <summary>A package with all its versions.</summary>
    /// <param name="packages">All of one name; at least one.</param>
    public byte[] Package(IReadOnlyList<KeptPackage> packages) => Json(writer =>
    {
        var latest = Latest(packages);
        writer.WriteStartObject();
        writer.WriteString("_id"u8, latest.Name);
        writer.WriteString("name"u8, latest.Name);
        if (PackageManifest.Read(latest.Manifest).Description is { } description) writer.WriteString("description"u8, description);
        writer.WriteStartObject("dist-tags"u8);
        writer.WriteString("latest"u8, latest.Version);
        writer.WriteEndObject();
        writer.WriteStartObject("versions"u8);
        foreach (var package in Ordered(packages))
        {
            writer.WritePropertyName(package.Version);
            WriteVersion(writer, package);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("time"u8);
        foreach (var package in Ordered(packages)) writer.WriteString(package.Version, Instant(package.Published));
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>One version of a package.</summary>
    public byte[] Version(KeptPackage package) => Json(writer => WriteVersion(writer, package));

    /// <summary>The latest version of each package, as an array: what a search of registries of FHIR packages (<c>catalog?op=find</c>) answers.</summary>
    public byte[] Catalog(IEnumerable<KeptPackage> packages) => Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var versions in packages.GroupBy(package => package.Name, StringComparer.Ordinal))
        {
            var latest = Latest([.. versions]);
            var manifest = PackageManifest.Read(latest.Manifest);
            writer.WriteStartObject();
            writer.WriteString("name"u8, latest.Name);
            writer.WriteString("version"u8, latest.Version);
            writer.WriteString("fhirVersion"u8, "R4"u8);
            if (manifest.Title is { } title) writer.WriteString("title"u8, title);
            if (manifest.Description is { } description) writer.WriteString("description"u8, description);
            if (manifest.Canonical is { } canonical) writer.WriteString("canonical"u8, canonical);
            writer.WriteString("date"u8, Instant(latest.Published));
            writer.WriteString("url"u8, $"{baseUrl}/{latest.Name}/{latest.Version}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>The version that is meant when none is named.</summary>
    public static KeptPackage Latest(IReadOnlyList<KeptPackage> packages)
    {
        var version = PackageVersions.Best(packages.Select(package => package.Version), null);
        return packages.First(package => package.Version == version);
    }

    /// <summary>Versions from the lowest to the highest.</summary>
    public static IEnumerable<KeptPackage> Ordered(IReadOnlyList<KeptPackage> packages) => packages.OrderBy(package => package.Version, Model.Canonicals.BusinessVersionOrder.Instance);

    private void WriteVersion(Utf8JsonWriter writer, KeptPackage package)
    {
        writer.WriteStartObject();
        writer.WriteString("_id"u8, $"{package.Name}@{package.Version}");
        using (var manifest = JsonDocument.Parse(package.Manifest))
        {
            foreach (var property in manifest.RootElement.EnumerateObject())
                if (property.Name is not ("_id" or "dist" or "fhirVersion" or "url" or "scripts")) property.WriteTo(writer);
        }

        writer.WriteString("fhirVersion"u8, "R4"u8);
        writer.WriteString("url"u8, $"{baseUrl}/{package.Name}/{package.Version}");
        writer.WriteStartObject("dist"u8);
        writer.WriteString("tarball"u8, $"{baseUrl}/{package.Name}/-/{package.Name}-{package.Version}.tgz");
        writer.WriteString("shasum"u8, package.Shasum);
        writer.WriteString("integrity"u8, package.Integrity);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) write(writer);
        return stream.ToArray();
    }
}
