using System.Xml.Linq;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>The files of the checkout as they are written, without what a build adds.</summary>
internal static class SourceTree
{
    private static readonly string[] BuildFolders = ["bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <returns>Paths relative to the checkout, with <c>/</c>, in order.</returns>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var root = RepositoryRoot.Combine(folder);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(RepositoryRoot.Folder, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Intersect(BuildFolders).Any())
                .Order(StringComparer.Ordinal)]
            : [];
    }

    public static string Text(string path) => File.ReadAllText(RepositoryRoot.Combine(path));

    /// <returns>Relative path and content of each C# file of <c>src</c>.</returns>
    public static IEnumerable<(string Path, string Text)> Code() => Files("src", "*.cs").Select(path => (path, Text(path)));

    public static XElement Project(string path) => XElement.Parse(Text(path));

    /// <returns>The short name: <c>Store</c> of <c>src/Myeloma.Fhir.Store/Myeloma.Fhir.Store.csproj</c>.</returns>
    public static string ShortName(string projectPath) =>
        Path.GetFileNameWithoutExtension(projectPath.Replace('\\', '/'))["Myeloma.Fhir.".Length..];
}
