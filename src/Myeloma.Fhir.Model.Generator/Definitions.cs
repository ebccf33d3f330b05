using System.IO.Compression;
using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>The official definitions: gzip'd Bundles of one folder.</summary>
internal sealed class Definitions(string folder)
{
    private static readonly string[] TerminologyFiles = ["valuesets", "v3-codesystems", "v2-tables"];

    /// <summary>The resources of one file, in its order.</summary>
    public List<JsonElement> Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name + ".json.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        return [.. JsonDocument.Parse(gzip).RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))];
    }

    /// <summary>Code systems and value sets of FHIR, v3 and v2, in ordinal order of their url.</summary>
    public List<JsonElement> Terminology(string resourceType) =>
    [
        .. TerminologyFiles.SelectMany(Read)
            .Where(resource => resource.String("resourceType") == resourceType)
            .OrderBy(resource => resource.String("url"), StringComparer.Ordinal),
    ];
}

/// <summary>Reading optional properties without ceremony.</summary>
internal static class JsonReading
{
    /// <returns>The text of a string property; null when it is absent.</returns>
    public static string? String(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static bool Bool(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetBoolean();

    /// <returns>The items of an array property; none when it is absent.</returns>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.EnumerateArray() : [];

    public static IReadOnlyList<string> Strings(this JsonElement element, string name) =>
        [.. element.Items(name).Select(item => item.GetString()!)];
}
