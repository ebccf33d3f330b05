using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>Who may use whom: every project file of <c>src</c> against the table. A new arrow is a decision record first.</summary>
public sealed partial class ArrowTests
{
    private static readonly string[] AllRooms =
        ["Model", "FhirPath", "Terminology", "Validation", "Search", "Store", "EmbeddedPostgres", "ClinicalReasoning", "Loader", "Patch", "Interactions"];

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Model"] = [],
        ["FhirPath"] = ["Model"],
        ["Terminology"] = ["Model"],
        ["Validation"] = ["Model", "FhirPath", "Terminology"],
        ["Search"] = ["Model", "FhirPath", "Terminology"],
        ["Store"] = ["Model", "Search", "Terminology"],
        ["EmbeddedPostgres"] = [],
        ["ClinicalReasoning"] = ["Model", "FhirPath", "Terminology"],
        ["Loader"] = ["Model", "Terminology"],
        ["Patch"] = ["Model", "FhirPath"],
        ["Interactions"] = ["Model", "FhirPath", "Terminology", "Validation", "Search", "Store", "ClinicalReasoning", "Patch"],
        ["Server"] = AllRooms,
        // The tool that makes the schema which Model embeds; it is not part of the server.
        ["Model.Generator"] = ["Model"],
    };

    public static TheoryData<string> Projects() => [.. SourceTree.Files("src", "*.csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_its_row_names(string path)
    {
        var row = Assert.Contains(SourceTree.ShortName(path), (IReadOnlyDictionary<string, string[]>)MayUse);
        var used = SourceTree.Project(path).Descendants("ProjectReference").Select(reference => SourceTree.ShortName(reference.Attribute("Include")!.Value));

        Assert.Empty(used.Except(row));
    }

    [Fact]
    public void References_do_not_flow_through()
    {
        var settings = SourceTree.Project("src/Directory.Build.props");
        Assert.Equal("true", settings.Descendants("DisableTransitiveProjectReferences").Single().Value);

        var projects = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj")).Append("tests/Directory.Build.props");
        var deviating = projects.Where(path => SourceTree.Project(path).Descendants("DisableTransitiveProjectReferences").Any());
        Assert.Empty(deviating);
    }

    [Fact]
    public void Database_packages_belong_to_the_store_and_are_not_seen_through_it()
    {
        var references =
            from path in SourceTree.Files("src", "*.csproj")
            from reference in SourceTree.Project(path).Descendants("PackageReference")
            let package = reference.Attribute("Include")!.Value
            where package.StartsWith("Npgsql", StringComparison.Ordinal) || package.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            select (Project: SourceTree.ShortName(path), Package: package, PrivateAssets: reference.Attribute("PrivateAssets")?.Value);

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.Equal(("Store", "compile"), (reference.Project, reference.PrivateAssets)));
    }

    [Fact]
    public void Every_package_has_one_exact_version()
    {
        var versions = SourceTree.Project("src/Directory.Packages.props").Descendants("PackageVersion").Select(package => package.Attribute("Version")!.Value);
        var projects = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj")).ToList();
        var overrides = projects.SelectMany(path => SourceTree.Project(path).Descendants("PackageReference"))
            .Select(reference => reference.Attribute("VersionOverride")?.Value).OfType<string>();

        var floating = versions.Concat(overrides).Where(version => !ExactVersion().IsMatch(version));
        var deviating = projects.Where(path => SourceTree.Project(path).Descendants("PackageReference").Any(reference => reference.Attribute("Version") is not null));
        Assert.Empty(floating);
        Assert.Empty(deviating);
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = SourceTree.Text("Myeloma.Fhir.sln").Replace('\\', '/');

        var forgotten = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj"))
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.Empty(forgotten);
    }

    [Fact]
    public void No_project_takes_back_what_the_build_settings_promise()
    {
        string[] promises = ["Nullable", "TreatWarningsAsErrors", "AnalysisLevel"];

        var settings = SourceTree.Project("src/Directory.Build.props");
        Assert.Equal(["enable", "true", "latest-recommended"], promises.Select(promise => settings.Descendants(promise).Single().Value));
        var deviating = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj"))
            .Where(path => SourceTree.Project(path).Descendants().Any(element => promises.Contains(element.Name.LocalName)));
        Assert.Empty(deviating);
    }

    [GeneratedRegex(@"^\d+(\.\d+){1,3}(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex ExactVersion();
}
