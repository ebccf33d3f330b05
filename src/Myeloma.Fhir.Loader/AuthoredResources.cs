using System.Text.Json;

namespace Myeloma.Fhir.Loader;

/// <summary>The conformance resources this product publishes: search parameters, extensions, code systems, value sets and code tables.</summary>
/// <remarks>They are the files <c>fhir-resources/*.json</c> of the repository, embedded in the assembly.</remarks>
public static class AuthoredResources
{
    private const string Folder = "fhir-resources/";
    private const string BuiltFolder = "built-resources/";
    private static readonly Lazy<IReadOnlyList<BuiltResource>> Loaded = new(() => Load(Folder));

    /// <summary>All of them by type and id, in ordinal order of <c>type/id</c>; read on first use.</summary>
    public static IReadOnlyList<BuiltResource> All => Loaded.Value;

    /// <summary>What the loader made of the seed documents when this was built, <c>fhir-resources/built/*.json</c>, in the same order; read anew each time.</summary>
    public static IReadOnlyList<BuiltResource> ReadBuilt() => Load(BuiltFolder);

    private static List<BuiltResource> Load(string folder)
    {
        var assembly = typeof(AuthoredResources).Assembly;
        var resources = new List<BuiltResource>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            using var json = JsonDocument.Parse(bytes.ToArray());
            resources.Add(new BuiltResource(
                json.RootElement.GetProperty("resourceType").GetString()!, json.RootElement.GetProperty("id").GetString()!, bytes.ToArray()));
        }

        resources.Sort((left, right) => string.CompareOrdinal(left.Reference, right.Reference));
        return resources;
    }
}
