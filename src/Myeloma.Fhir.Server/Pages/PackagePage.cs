using System.Globalization;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Store.Packages;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The FHIR packages of this server, the versions of one, and what became of the files of a version.</summary>
internal static class PackagePage
{
    /// <summary>Lines of a package's contents that a page shows.</summary>
    private const int MaxLines = 2_000;

    public static string List(IReadOnlyList<KeptPackage> packages)
    {
        Html body = $"""
            <p class="lead">FHIR packages that this server has installed, or keeps for others. It is a registry, too: clients of npm and of FHIR packages find them at this address.</p>
            <div class="wide">
            <table class="api">
            <thead><tr><th scope="col">Package</th><th scope="col">Latest</th><th scope="col">What it is</th><th scope="col">Versions</th></tr></thead>
            <tbody>
            {packages.GroupBy(package => package.Name, StringComparer.Ordinal).OrderBy(versions => versions.Key, StringComparer.Ordinal).Select(versions => Row([.. versions]))}
            </tbody>
            </table>
            </div>
            """;
        return Layout.Page("Packages", body);
    }

    /// <param name="packages">All of one name; at least one.</param>
    public static string Versions(IReadOnlyList<KeptPackage> packages)
    {
        var latest = RegistryListing.Latest(packages);
        var manifest = PackageManifest.Read(latest.Manifest);
        Html body = $"""
            {Html.If(manifest.Description is not null, () => $"<p class=\"lead\">{manifest.Description}</p>")}
            <div class="wide">
            <table class="api">
            <thead><tr><th scope="col">Version</th><th scope="col">Here since</th><th scope="col">Installed</th><th scope="col">Bytes</th><th scope="col">Archive</th></tr></thead>
            <tbody>
            {RegistryListing.Ordered(packages).Reverse().Select(VersionRow)}
            </tbody>
            </table>
            </div>
            <p><a href="/packages">All packages</a></p>
            """;
        return Layout.Page(latest.Name, body);
    }

    /// <param name="contents">Null for a package that was not installed, and for the project's own.</param>
    public static string Version(KeptPackage package, IReadOnlyList<InstallLine>? contents)
    {
        var manifest = PackageManifest.Read(package.Manifest);
        Html body = $"""
            {Html.If(manifest.Description is not null, () => $"<p class=\"lead\">{manifest.Description}</p>")}
            <dl class="facts">
            {Html.If(manifest.Canonical is not null, () => $"<dt>Canonical</dt><dd>{manifest.Canonical}</dd>")}
            <dt>Here since</dt><dd>{Day(package.Published)}</dd>
            <dt>Installed</dt><dd>{InstalledText(package)}</dd>
            <dt>Depends on</dt><dd>{Dependencies(manifest)}</dd>
            <dt>Archive</dt><dd><a href="/packages/{package.Name}/-/{package.Name}-{package.Version}.tgz">{package.Name}-{package.Version}.tgz</a>, {Number(package.Bytes)} bytes</dd>
            <dt>Integrity</dt><dd><code>{package.Integrity}</code></dd>
            </dl>
            {Html.If(contents is not null, () => Contents(contents!))}
            <p><a href="/packages/{package.Name}">All versions</a></p>
            """;
        return Layout.Page($"{package.Name}#{package.Version}", body);
    }

    private static Html Row(IReadOnlyList<KeptPackage> versions)
    {
        var latest = RegistryListing.Latest(versions);
        var manifest = PackageManifest.Read(latest.Manifest);
        return $"""
            <tr><th scope="row"><a href="/packages/{latest.Name}">{latest.Name}</a></th><td><a href="/packages/{latest.Name}/{latest.Version}">{latest.Version}</a></td><td>{manifest.Title ?? manifest.Description}</td><td>{versions.Count}</td></tr>

            """;
    }

    private static Html VersionRow(KeptPackage package) => $"""
        <tr><th scope="row"><a href="/packages/{package.Name}/{package.Version}">{package.Version}</a></th><td>{Day(package.Published)}</td><td>{InstalledText(package)}</td><td>{Number(package.Bytes)}</td><td><a href="/packages/{package.Name}/-/{package.Name}-{package.Version}.tgz">tgz</a></td></tr>

        """;

    private static Html Contents(IReadOnlyList<InstallLine> contents) => $"""
        <h2>Contents</h2>
        <p>{Counts(contents)}</p>
        <div class="wide">
        <table class="api">
        <thead><tr><th scope="col">File</th><th scope="col">Here</th><th scope="col">Outcome</th><th scope="col">Canonical</th><th scope="col">Why</th></tr></thead>
        <tbody>
        {contents.Take(MaxLines).Select(LineRow)}
        </tbody>
        </table>
        </div>
        {Html.If(contents.Count > MaxLines, () => $"<p>And {Number(contents.Count - MaxLines)} more.</p>")}
        """;

    private static Html LineRow(InstallLine line) => $"""
        <tr><th scope="row">{line.File}</th><td>{Reference(line)}</td><td>{line.Outcome}</td><td>{line.Canonical}</td><td>{line.Reason}</td></tr>

        """;

    private static Html Reference(InstallLine line) => line.Reference is { } reference && reference.Split('/') is [var type, var id] ? Layout.JsonLink(type, id) : Html.Empty;

    private static string Counts(IReadOnlyList<InstallLine> contents) =>
        string.Join(", ", contents.CountBy(line => line.Outcome).OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{Number(count.Value)} {count.Key}"));

    private static string Dependencies(PackageManifest manifest) => manifest.Dependencies.Count == 0 ? "nothing" : string.Join(", ", manifest.Dependencies.Select(each => $"{each.Key}#{each.Value}"));

    private static string InstalledText(KeptPackage package) => package.Installed is { } installed ? Day(installed) : "not installed";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
